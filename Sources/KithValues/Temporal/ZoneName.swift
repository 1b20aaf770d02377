/// The name of a time zone such as `Europe/Stockholm`, in 16 bits.
///
/// Names are numbered in the order of first use in this process; the number never reaches the disk.
public struct ZoneName: Hashable, Sendable {
    private let number: UInt16

    private struct Table {
        var names: [String] = []
        var numbers: [UTF8Key: UInt16] = [:]
    }

    private static let table = Guarded(Table())

    /// Whether `text` has the form of a zone's name, which is also that of a path under the
    /// directory of time-zone files.
    static func isPlausible(_ text: String) -> Bool {
        guard (1...100).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "/") else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"): true
            default: false
            }
        }
    }

    /// Gives `text` its number; nil when it cannot be the name of a zone, or when there are more than
    /// 65,000 different names.
    public init?(_ text: String) {
        guard Self.isPlausible(text) else { return nil }
        let key = UTF8Key(text)
        let found: UInt16? = Self.table.withLock { table in
            if let known = table.numbers[key] { return known }
            guard table.names.count < 65_000 else { return nil }
            let fresh = UInt16(table.names.count)
            table.names.append(text)
            table.numbers[key] = fresh
            return fresh
        }
        guard let found else { return nil }
        number = found
    }

    /// The zone with a name that has been used before in this process.
    init?(known text: String) {
        guard let found = Self.table.withLock({ $0.numbers[UTF8Key(text)] }) else { return nil }
        number = found
    }

    /// The name itself.
    public var text: String {
        Self.table.withLock { $0.names[Int(number)] }
    }
}
