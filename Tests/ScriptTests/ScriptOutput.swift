import Kith
import KithQuery
import KithValues

/// The text of results in scripts.
enum ScriptOutput {
    /// Columns and rows, a line each, and a line for what changed and one for each warning.
    static func lines(_ result: Result, of statement: String) -> [String] {
        var lines: [String] = []
        if !result.columns.isEmpty {
            lines.append(result.columns.joined(separator: " | "))
            for row in result.rows {
                lines.append(row.values.map { text($0, row.entities) }.joined(separator: " | "))
            }
        }
        if let changes = changes(result.changes) { lines.append(changes) }
        for warning in result.warnings {
            lines.append("warning \(warning.code): \(warning.message)")
            lines += marked(warning.place, in: statement)
            lines += suggestion(warning.suggestions)
        }
        return lines
    }

    /// The operators of a plan with what they do.
    static func plan(_ result: Result) -> [String] {
        result.rows.map { row in
            guard case .string(let name) = row[0], case .string(let details) = row[1] else {
                return "?"
            }
            return details.isEmpty ? name : "\(name) \(details)"
        }
    }

    /// The code, the place and the message of an error, the text it is about, the suggestions and the
    /// hint.
    static func lines(_ error: KithError, of statement: String) -> [String] {
        [error.description] + marked(error.place, in: statement) + suggestion(error.suggestions)
            + (error.hint.map { ["hint: \($0)"] } ?? [])
    }

    /// The line that a place is on, with carets below the place.
    private static func marked(_ place: KithError.Place?, in statement: String) -> [String] {
        guard let place else { return [] }
        let line = statement.split(separator: "\n", omittingEmptySubsequences: false)[
            place.line - 1]
        let end = place.endLine == place.line ? place.endColumn : line.unicodeScalars.count + 1
        let carets = String(repeating: "^", count: max(1, end - place.column))
        return ["| " + line, "| " + String(repeating: " ", count: place.column - 1) + carets]
    }

    private static func suggestion(_ suggestions: [String]) -> [String] {
        suggestions.isEmpty ? [] : ["did you mean \(suggestions.joined(separator: ", "))?"]
    }

    private static func changes(_ counts: ChangeCounts) -> String? {
        let parts = [
            (counts.nodesCreated, "node", "created"), (counts.nodesDeleted, "node", "deleted"),
            (counts.relationshipsCreated, "relationship", "created"),
            (counts.relationshipsDeleted, "relationship", "deleted"),
            (counts.propertiesSet, "property", "set"), (counts.labelsAdded, "label", "added"),
            (counts.labelsRemoved, "label", "removed"), (counts.indexesAdded, "index", "added"),
            (counts.indexesRemoved, "index", "dropped"),
            (counts.constraintsAdded, "constraint", "added"),
            (counts.constraintsRemoved, "constraint", "dropped"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \(plural($0.1, $0.0)) \($0.2)" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func plural(_ word: String, _ count: Int) -> String {
        if count == 1 { return word }
        switch word {
        case "property": return "properties"
        case "index": return "indexes"
        default: return word + "s"
        }
    }

    /// A value as the language writes it, nodes and relationships as patterns.
    static func text(_ value: Value, _ entities: EntityTable) -> String {
        switch value {
        case .node(let id):
            guard let node = entities.node(id) else { return "(?)" }
            return "(" + parts(node.labels.map { ":\($0)" }.joined(), node.properties, entities)
                + ")"
        case .relationship(let id):
            guard let relationship = entities.relationship(id) else { return "[?]" }
            return "[" + parts(":\(relationship.type)", relationship.properties, entities) + "]"
        case .path(let path):
            var text = path.nodes.first.map { self.text(.node($0), entities) } ?? ""
            for (index, id) in path.relationships.enumerated() {
                let isForward = entities.relationship(id)?.start == path.nodes[index]
                let arrow = self.text(.relationship(id), entities)
                text += isForward ? "-\(arrow)->" : "<-\(arrow)-"
                text += self.text(.node(path.nodes[index + 1]), entities)
            }
            return text
        case .list(let elements):
            return "[" + elements.map { text($0, entities) }.joined(separator: ", ") + "]"
        case .map(let map): return self.map(map, entities)
        default: return value.literalText
        }
    }

    private static func parts(
        _ names: String, _ properties: ValueMap, _ entities: EntityTable
    ) -> String {
        if properties.isEmpty { return names }
        return (names.isEmpty ? "" : names + " ") + map(properties, entities)
    }

    private static func map(_ map: ValueMap, _ entities: EntityTable) -> String {
        let entries = map.entries.sorted { $0.key < $1.key }
            .map { "\($0.key): \(text($0.value, entities))" }
        return "{" + entries.joined(separator: ", ") + "}"
    }
}
