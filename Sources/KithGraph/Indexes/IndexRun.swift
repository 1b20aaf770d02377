import Glibc
import KithValues

/// Entries of an index that follow one another in even steps, stored as one.
///
/// Where generated keys were loaded in their order, entry `i` has the integer `first + i × step` and
/// the id `firstID + i`: a million of them take as many bytes as one. The entry in the tree has the
/// key of the last of them, so that the first stored key at or after any key leads to the run that
/// the key lies in. No other entry lies between the first and the last of a run.
///
/// On disk, the value of such an entry:
///
/// | bytes | what |
/// | --- | --- |
/// | 1 | 2 |
/// | varint | entries, at least 2 |
/// | varint | step, at least 1 |
struct IndexRun: Equatable {
    /// The integer of the first entry.
    var first: Int64
    /// What each integer has more than the one before.
    var step: Int64
    /// The number of entries.
    var count: Int
    /// The id of the first entry; each next entry has the next id.
    var firstID: UInt64

    /// Begins the value of a run. On disk: never change.
    static let mark: UInt8 = 2
    /// The bytes of a key: kind of value, double, id.
    static let keyLength = 17
    /// Only integers that doubles hold exactly: they have keys of one length.
    static let numberMax: Int64 = (1 << 53) - 1
    /// Shorter runs are stored entry by entry.
    static let countMin = 4

    /// The first byte of the ordered form of numbers.
    private static let numberRank: UInt8 = {
        var bytes: [UInt8] = []
        Value.integer(0).appendOrderedKey(to: &bytes)
        return bytes[0]
    }()

    /// The integer of the last entry.
    var last: Int64 { first &+ step &* Int64(truncatingIfNeeded: count &- 1) }

    /// Some of the entries.
    func part(_ range: Range<Int>) -> IndexRun {
        IndexRun(
            first: first + step * Int64(range.lowerBound), step: step, count: range.count,
            firstID: firstID + UInt64(range.lowerBound))
    }

    /// Takes in the entry after the last, if it is one step further.
    mutating func extend(_ number: Int64, _ id: UInt64) -> Bool {
        guard id == firstID &+ UInt64(truncatingIfNeeded: count) else { return false }
        let difference = number &- last
        if count == 1 {
            guard number > first, difference > 0 else { return false }
            step = difference
        } else if difference != step || number < last {
            return false
        }
        count += 1
        return true
    }

    /// Takes in the entries after the last, if they go on in the same steps.
    mutating func extend(_ next: IndexRun) -> Bool {
        if next.count == 1 { return extend(next.first, next.firstID) }
        guard count > 1, step == next.step, next.first > last, next.first &- last == step,
            next.firstID == firstID &+ UInt64(truncatingIfNeeded: count)
        else { return false }
        count += next.count
        return true
    }
}

extension IndexRun {
    /// Writes the key of an entry: ``keyLength`` bytes.
    func writeKey(_ place: Int, to target: UnsafeMutableRawPointer) {
        Self.writeKey(
            first &+ step &* Int64(truncatingIfNeeded: place),
            firstID &+ UInt64(truncatingIfNeeded: place), to: target)
    }

    /// Writes the key of an integer and an id: ``keyLength`` bytes.
    @inline(__always)
    static func writeKey(_ number: Int64, _ id: UInt64, to target: UnsafeMutableRawPointer) {
        let pattern = Double(number).bitPattern
        let ordered = pattern >> 63 == 1 ? ~pattern : pattern | 1 << 63
        target.storeBytes(of: numberRank, as: UInt8.self)
        target.storeBytes(of: ordered.bigEndian, toByteOffset: 1, as: UInt64.self)
        target.storeBytes(of: id.bigEndian, toByteOffset: 9, as: UInt64.self)
    }

    /// The key of an entry.
    func key(_ place: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.keyLength) { buffer, count in
            if let base = buffer.baseAddress {
                writeKey(place, to: UnsafeMutableRawPointer(base))
                count = Self.keyLength
            }
        }
    }

    /// The integer and the id of a key; nil if it is not that of an integer that a run can have.
    static func entry(_ key: UnsafeRawBufferPointer) -> (number: Int64, id: UInt64)? {
        guard key.count == keyLength, key[0] == numberRank,
            let number = number(
                UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 1, as: UInt64.self)))
        else { return nil }
        return (number, key.bigEndianUInt64(at: 9))
    }

    private static func number(_ ordered: UInt64) -> Int64? {
        let double = Double(bitPattern: ordered >> 63 == 1 ? ordered & ~(1 << 63) : ~ordered)
        guard double.magnitude <= Double(numberMax), double == double.rounded() else { return nil }
        return Int64(double)
    }

    /// What is stored under the key of the last entry.
    var encodedValue: [UInt8] {
        var bytes = [Self.mark]
        bytes.appendVarint(count)
        bytes.appendVarint(UInt64(step))
        return bytes
    }

    /// Whether an entry's value says that it stands for a run.
    @inline(__always)
    static func isRun(_ value: UnsafeRawBufferPointer) -> Bool {
        value.count > 1 && value[0] == mark
    }

    /// Reads a run.
    init(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) throws(GraphError) {
        guard let (last, lastID) = Self.entry(key) else { throw Self.damaged }
        var reader = ByteReader(value)
        guard try reader.byte() == Self.mark else { throw Self.damaged }
        count = try reader.count(max: Int(Self.numberMax) * 2)
        step = Int64(try reader.count(max: Int(Self.numberMax) * 2))
        guard reader.isAtEnd, count > 1, step > 0 else { throw Self.damaged }
        let (span, isTooLong) = step.multipliedReportingOverflow(by: Int64(count - 1))
        guard !isTooLong, span <= Self.numberMax + last, lastID >= UInt64(count - 1) else {
            throw Self.damaged
        }
        first = last - span
        firstID = lastID - UInt64(count - 1)
    }

    private static let damaged = GraphError.corrupt("a run of index entries is damaged")

    /// The place of the first entry whose key is not before `key`; ``count`` if there is none.
    func place(atOrAfter key: UnsafeRawBufferPointer) -> Int {
        var low = 0
        var high = count
        if key.count >= 9, key[0] == Self.numberRank {
            // The number itself says about where: that place or one of its neighbours.
            let ordered = UInt64(
                bigEndian: key.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
            let double = Double(
                bitPattern: ordered >> 63 == 1 ? ordered & ~(1 << 63) : ~ordered)
            let guess = ((double - Double(first)) / Double(step)).rounded(.down)
            if guess > -1, guess < Double(count) {
                let place = Int(guess)
                let from = max(0, place - 1)
                let to = min(count, place + 2)
                if from == 0 || isBefore(from - 1, key) { low = from }
                if to == count || !isBefore(to, key) { high = to }
            }
        }
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle, key) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isBefore(_ place: Int, _ key: UnsafeRawBufferPointer) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: Self.keyLength, alignment: 8) { own in
            guard let base = own.baseAddress else { return false }
            writeKey(place, to: base)
            return KeyOrder.precedes(UnsafeRawBufferPointer(own), key)
        }
    }
}
