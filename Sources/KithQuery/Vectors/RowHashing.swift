import KithValues

/// Hashes under which equivalent values are equal, whatever layout their vectors have.
enum RowHashing {
    /// Mixes the hash of each row of `vector` into `hashes`, which has one entry a row.
    static func mix(_ vector: Vector, into hashes: inout [UInt64]) {
        let count = vector.count
        let mask = vector.positionMask
        guard vector.hasNoNulls else {
            for row in 0..<count { hashes[row] = combine(hashes[row], hash(vector, row)) }
            return
        }
        switch vector.layout {
        case .integer, .date:
            let numbers = vector.integers
            for row in 0..<count {
                hashes[row] = combine(hashes[row], UInt64(bitPattern: numbers[row & mask]))
            }
        case .node, .relationship:
            let ids = vector.ids
            for row in 0..<count { hashes[row] = combine(hashes[row], ids[row & mask]) }
        default:
            for row in 0..<count { hashes[row] = combine(hashes[row], hash(vector, row)) }
        }
    }

    /// The hash of one row of one vector, before mixing.
    private static func hash(_ vector: Vector, _ row: Int) -> UInt64 {
        if vector.layout == .tagged { return hash(vector.values[vector.position(row)]) }
        if vector.isNull(row) { return nullHash }
        let position = vector.position(row)
        switch vector.layout {
        case .null, .tagged: return nullHash
        case .integer, .date: return UInt64(bitPattern: vector.integers[position])
        case .float: return hash(vector.floats[position])
        case .boolean: return UInt64(vector.booleans[position]) &+ 0x51ed_270b
        case .string: return hash(vector.strings[position].bytes)
        case .node, .relationship: return vector.ids[position]
        }
    }

    private static let nullHash: UInt64 = 0x9ae1_6a3b_2f90_404f

    private static func hash(_ value: Value) -> UInt64 {
        switch value {
        case .null: return nullHash
        case .integer(let number): return UInt64(bitPattern: number)
        case .float(let number): return hash(number)
        case .boolean(let truth): return (truth ? 1 : 0) &+ 0x51ed_270b
        case .string(var text): return text.withUTF8 { hash($0) }
        case .date(let date): return UInt64(bitPattern: date.daysSinceEpoch)
        case .node(let id): return id.rawValue
        case .relationship(let id): return id.rawValue
        default:
            var hasher = Hasher()
            value.hashEquivalence(into: &hasher)
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
    }

    /// A float hashes as the integer it equals, so that 1 and 1.0 meet.
    private static func hash(_ number: Double) -> UInt64 {
        if let whole = Int64(exactly: number) { return UInt64(bitPattern: whole) }
        return number.isNaN ? 0x7ff8_0000_0000_0000 : number.bitPattern
    }

    static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.count)
        guard let base = bytes.baseAddress else { return state }
        let raw = UnsafeRawPointer(base)
        var offset = 0
        while offset &+ 8 <= bytes.count {
            state = combine(state, raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < bytes.count {
            tail = (tail &<< 8) | UInt64(base[offset])
            offset &+= 1
        }
        return combine(state, tail)
    }

    /// Folds `value` into `state` by a 64 by 64 bit multiplication.
    @inline(__always)
    static func combine(_ state: UInt64, _ value: UInt64) -> UInt64 {
        let product = (state ^ value ^ 0x9e37_79b9_7f4a_7c15)
            .multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
        return product.high ^ product.low
    }
}
