import KithValues

@testable import KithGraph

/// A small generator of random numbers that a seed repeats.
struct Randomness: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}

/// What a graph should be: plain dictionaries.
struct GraphModel {
    struct Node {
        var labels: Set<String>
        var properties: [String: Value]
    }
    struct Relationship {
        var type: String
        var source: UInt64
        var target: UInt64
        var properties: [String: Value]
    }
    var nodes: [UInt64: Node] = [:]
    var relationships: [UInt64: Relationship] = [:]

    func relationships(at node: UInt64) -> [UInt64] {
        relationships.filter { $0.value.source == node || $0.value.target == node }.map(\.key)
            .sorted()
    }
}

/// Values as something that can be compared for being the same.
func stored(_ value: Value) -> [UInt8] {
    var bytes: [UInt8] = []
    value.appendStored(to: &bytes)
    return bytes
}
