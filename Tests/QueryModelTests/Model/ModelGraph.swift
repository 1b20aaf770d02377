import KithValues

/// A node of the model.
struct ModelNode {
    let id: UInt64
    var labels: Set<String>
    var properties: [String: Value]
}

/// A relationship of the model.
struct ModelRelationship {
    let id: UInt64
    let type: String
    let source: UInt64
    let target: UInt64
    var properties: [String: Value]

    /// The other end, seen from one.
    func other(_ node: UInt64) -> UInt64 { node == source ? target : source }
}

/// The plainest graph there is: a list of nodes and a list of relationships.
struct ModelGraph {
    var nodes: [ModelNode] = []
    var relationships: [ModelRelationship] = []
    /// Where the ids of what a statement makes begin; the engine gives no such ids.
    static let firstOwnID: UInt64 = 1 << 62
    private var nextID = firstOwnID

    init() {}

    /// The position of a node; nil when it was deleted.
    func position(node id: UInt64) -> Int? { nodes.firstIndex { $0.id == id } }

    /// The position of a relationship; nil when it was deleted.
    func position(relationship id: UInt64) -> Int? { relationships.firstIndex { $0.id == id } }

    mutating func addNode(_ labels: Set<String>, _ properties: [String: Value]) -> UInt64 {
        nextID += 1
        nodes.append(ModelNode(id: nextID, labels: labels, properties: properties))
        return nextID
    }

    mutating func addRelationship(
        _ type: String, from source: UInt64, to target: UInt64, _ properties: [String: Value]
    ) -> UInt64 {
        nextID += 1
        relationships.append(
            ModelRelationship(
                id: nextID, type: type, source: source, target: target, properties: properties))
        return nextID
    }

    /// Whether every relationship has its ends.
    var isWhole: Bool {
        relationships.allSatisfy {
            position(node: $0.source) != nil && position(node: $0.target) != nil
        }
    }

    /// The graph as text that does not depend on the ids: two graphs of different text differ.
    ///
    /// Each node is described by its own content and then, three times, by what its relationships
    /// lead to.
    var canonical: [String] {
        var names: [UInt64: String] = [:]
        for node in nodes {
            names[node.id] = Canonical.content(node.labels, node.properties)
        }
        for _ in 0..<3 {
            var next: [UInt64: String] = [:]
            for node in nodes {
                var around: [String] = []
                for edge in relationships {
                    let content = edge.type + Canonical.content([], edge.properties)
                    if edge.source == node.id {
                        around.append(">" + content + (names[edge.target] ?? "?"))
                    }
                    if edge.target == node.id {
                        around.append("<" + content + (names[edge.source] ?? "?"))
                    }
                }
                let text = (names[node.id] ?? "") + around.sorted().joined(separator: ";")
                var hasher = StableHash()
                hasher.add(text)
                next[node.id] = String(hasher.state, radix: 36)
            }
            names = next
        }
        let nodeTexts = nodes.map {
            "\(Canonical.content($0.labels, $0.properties)) #\(names[$0.id] ?? "")"
        }
        let edgeTexts = relationships.map {
            "-[\($0.type)\(Canonical.content([], $0.properties)) "
                + "\(names[$0.source] ?? "?")->\(names[$0.target] ?? "?")]-"
        }
        return nodeTexts.sorted() + edgeTexts.sorted()
    }
}

/// Values as text that is equal exactly where results count as equal.
enum Canonical {
    /// Labels and properties.
    static func content(_ labels: Set<String>, _ properties: [String: Value]) -> String {
        let entries = properties.sorted { $0.key < $1.key }.map { "\($0.key):\(text($0.value))" }
        return "(" + labels.sorted().map { ":\($0)" }.joined() + "{"
            + entries.joined(separator: ",") + "})"
    }

    /// A value; entities by their number.
    static func text(_ value: Value) -> String {
        text(value, entity: { _, id in String(id) }, sortsLists: false)
    }

    /// A value; `entity` names nodes (true) and relationships. With `sortsLists` the order of lists
    /// does not count.
    static func text(
        _ value: Value, entity: (_ isNode: Bool, _ id: UInt64) -> String, sortsLists: Bool
    ) -> String {
        switch value {
        case .float(let number):
            return number.isNaN ? "NaN" : number == 0 ? "0.0" : "\(number)"
        case .list(let elements):
            let texts = elements.map { text($0, entity: entity, sortsLists: sortsLists) }
            return "[" + (sortsLists ? texts.sorted() : texts).joined(separator: ",") + "]"
        case .map(let map):
            let entries = map.entries.sorted { $0.key < $1.key }.map {
                "\($0.key):\(text($0.value, entity: entity, sortsLists: sortsLists))"
            }
            return "{" + entries.joined(separator: ",") + "}"
        case .node(let id): return "(" + entity(true, id.rawValue) + ")"
        case .relationship(let id): return "[" + entity(false, id.rawValue) + "]"
        case .path(let path):
            return "<" + path.nodes.map { entity(true, $0.rawValue) }.joined(separator: "-") + "|"
                + path.relationships.map { entity(false, $0.rawValue) }.joined(separator: "-") + ">"
        default: return value.literalText
        }
    }
}
