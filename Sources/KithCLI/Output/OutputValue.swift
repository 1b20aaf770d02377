/// A value as output shows it: whole, with nothing left to look up.
///
/// Nodes and relationships of a result carry their labels and properties here, so that formats need
/// no transaction.
indirect enum OutputValue: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case float(Double)
    case string(String)
    case list([OutputValue])
    case map([OutputEntry])
    case node(OutputNode)
    case relationship(OutputRelationship)
    case path(nodes: [OutputNode], relationships: [OutputRelationship])
    /// A date, time or duration: the name of its type and its ISO 8601 text.
    case temporal(type: String, text: String)
    case money(amount: String, currency: String)
}

/// One entry of a map, or one property.
struct OutputEntry: Sendable {
    let key: String
    let value: OutputValue
}

/// A node with all that output shows of it.
struct OutputNode: Sendable {
    let id: UInt64
    let labels: [String]
    let properties: [OutputEntry]
}

/// A relationship with all that output shows of it.
struct OutputRelationship: Sendable {
    let id: UInt64
    let type: String
    let start: UInt64
    let end: UInt64
    let properties: [OutputEntry]
}

extension OutputValue {
    /// Whether a table shows it at the right edge of its column.
    var isNumeric: Bool {
        switch self {
        case .integer, .float, .money: true
        default: false
        }
    }

    /// The text of a cell: strings as they are, everything inside others as the language writes it.
    ///
    /// Null is empty; formats that must tell it from an empty string ask first.
    var cellText: String {
        switch self {
        case .null: return ""
        case .string(let text): return text
        default:
            var text = ""
            appendLiteral(to: &text)
            return text
        }
    }

    /// The value as the language would write it.
    var literalText: String {
        var text = ""
        appendLiteral(to: &text)
        return text
    }

    private func appendLiteral(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .boolean(let flag): text += flag ? "true" : "false"
        case .integer(let number): text += String(number)
        case .float(let number): text += OutputValue.floatText(number)
        case .string(let string): OutputValue.appendQuoted(string, to: &text)
        case .temporal(_, let string): text += string
        case .money(let amount, let currency): text += amount + " " + currency
        case .list(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += ", " }
                value.appendLiteral(to: &text)
            }
            text += "]"
        case .map(let entries): OutputValue.append(entries, to: &text)
        case .node(let node): node.append(to: &text)
        case .relationship(let relationship): relationship.append(to: &text)
        case .path(let nodes, let relationships):
            guard let first = nodes.first else { return }
            first.append(to: &text)
            for (index, relationship) in relationships.enumerated() where index + 1 < nodes.count {
                let isForward = relationship.start == nodes[index].id
                text += isForward ? "-" : "<-"
                relationship.append(to: &text)
                text += isForward ? "->" : "-"
                nodes[index + 1].append(to: &text)
            }
        }
    }

    fileprivate static func append(_ entries: [OutputEntry], to text: inout String) {
        text += "{"
        for (index, entry) in entries.enumerated() {
            if index > 0 { text += ", " }
            appendName(entry.key, to: &text)
            text += ": "
            entry.value.appendLiteral(to: &text)
        }
        text += "}"
    }

    /// A name, in backticks where it is no plain one.
    fileprivate static func appendName(_ name: String, to text: inout String) {
        let isPlain =
            name.unicodeScalars.first?.properties.isXIDStart == true
            && name.unicodeScalars.allSatisfy { $0.properties.isXIDContinue || $0 == "_" }
        text += isPlain || name.hasPrefix("_") ? name : "`\(name)`"
    }

    private static func appendQuoted(_ string: String, to text: inout String) {
        text += "'"
        for scalar in string.unicodeScalars {
            switch scalar {
            case "'": text += "\\'"
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "'"
    }

    /// The shortest text that reads back as the same double; always with a fraction or an exponent.
    static func floatText(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return "\(number)"
    }
}

extension OutputNode {
    fileprivate func append(to text: inout String) {
        text += "("
        for label in labels {
            text += ":"
            OutputValue.appendName(label, to: &text)
        }
        if !properties.isEmpty {
            if !labels.isEmpty { text += " " }
            OutputValue.append(properties, to: &text)
        }
        text += ")"
    }
}

extension OutputRelationship {
    fileprivate func append(to text: inout String) {
        text += "[:"
        OutputValue.appendName(type, to: &text)
        if !properties.isEmpty {
            text += " "
            OutputValue.append(properties, to: &text)
        }
        text += "]"
    }
}
