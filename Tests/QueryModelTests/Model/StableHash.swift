import KithValues

/// FNV-1a over words, the same in every run.
struct StableHash {
    private(set) var state: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        state = (state ^ word) &* 0x100_0000_01b3
        state ^= state >> 29
    }

    mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(UInt64(byte)) }
    }

    /// Adds labels and properties.
    mutating func add(_ node: ModelNode) {
        for label in node.labels.sorted() { add(label) }
        add(node.properties)
    }

    /// Adds the type and the properties.
    mutating func add(_ relationship: ModelRelationship) {
        add(relationship.type)
        add(relationship.properties)
    }

    private mutating func add(_ properties: [String: Value]) {
        // The sum does not depend on the order of the keys.
        var sum: UInt64 = 0
        for (key, value) in properties {
            var hash = StableHash()
            hash.add(key)
            hash.add(value)
            sum &+= Self.mixed(hash.state, 0, 3)
        }
        add(sum)
    }

    /// Adds a value so that only identical ones have the same hash: 1 and 1.0 differ.
    mutating func add(_ value: Value) {
        add(UInt64(value.kind.rawValue))
        switch value {
        case .null: break
        case .boolean(let known): add(known ? 1 : 0)
        case .integer(let number): add(UInt64(bitPattern: number))
        case .float(let number): add(number.isNaN ? 1 : number == 0 ? 0 : number.bitPattern)
        case .string(let text): add(text)
        case .list(let elements):
            add(UInt64(elements.count))
            for element in elements { add(element) }
        default: add(Canonical.text(value))
        }
    }

    static func mixed(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> UInt64 {
        var state = first ^ (second &* 0x9e37_79b9_7f4a_7c15) ^ (third &* 0xc2b2_ae3d_27d4_eb4f)
        state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        state = (state ^ (state >> 27)) &* 0x94d0_49bb_1331_11eb
        return state ^ (state >> 31)
    }
}
