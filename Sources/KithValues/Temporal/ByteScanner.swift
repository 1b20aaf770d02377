/// Reads ASCII texts from left to right.
struct ByteScanner {
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skip() {
        precondition(position < bytes.count, "nothing is left to skip")
        position += 1
    }

    mutating func next() -> UInt8? {
        guard let byte = peek else { return nil }
        position += 1
        return byte
    }

    /// Moves past `byte` if it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    /// The number of digits that come next.
    var digitCount: Int {
        var end = position
        while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
        return end - position
    }

    /// Reads as many digits as there are, at least one and at most `digitsMax` (18 or fewer).
    mutating func number(digitsMax: Int) -> Int64? {
        let count = min(digitCount, digitsMax)
        return count == 0 ? nil : number(digits: count)
    }

    /// Reads exactly `count` digits, 18 or fewer.
    mutating func number(digits count: Int) -> Int64? {
        guard digitCount >= count else { return nil }
        var result: Int64 = 0
        for _ in 0..<count {
            result = result * 10 + Int64(bytes[position] - 0x30)
            position += 1
        }
        return result
    }

    /// Reads a fraction's digits after the point as nanoseconds; more than nine digits are nil.
    mutating func nanoseconds() -> Int64? {
        let count = digitCount
        guard count >= 1, count <= 9, var result = number(digits: count) else { return nil }
        for _ in count..<9 { result *= 10 }
        return result
    }

    /// The bytes from here to the end, or to the first `stop`; moves past that.
    mutating func upTo(_ stop: UInt8) -> [UInt8]? {
        guard let end = bytes[position...].firstIndex(of: stop) else { return nil }
        defer { position = end + 1 }
        return Array(bytes[position..<end])
    }
}
