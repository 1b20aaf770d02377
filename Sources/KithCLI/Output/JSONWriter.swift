/// Writes JSON, with values of the language encoded as the pipe protocol has them.
struct JSONWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []

    /// Appends text that is JSON already.
    mutating func raw(_ text: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a string in quotes.
    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            for byte in utf8 {
                if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                    bytes.append(byte)
                } else {
                    escape(byte)
                }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        default:
            let digits = Array("0123456789abcdef".utf8)
            raw("\\u00")
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }

    /// Appends a name and the colon after it.
    mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Appends a comma, except before the first of several.
    mutating func comma(_ index: Int) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
    }

    /// Appends an integer.
    mutating func integer<Number: BinaryInteger>(_ number: Number) {
        bytes.append(contentsOf: String(number).utf8)
    }

    /// Appends a float: a number with a fraction or an exponent, or an object where JSON has none.
    mutating func float(_ number: Double) {
        guard number.isFinite else {
            raw("{\"$type\":\"Float\",\"value\":")
            string(OutputValue.floatText(number))
            raw("}")
            return
        }
        bytes.append(contentsOf: "\(number)".utf8)
    }

    /// Appends a value.
    mutating func value(_ value: OutputValue) {
        switch value {
        case .null: raw("null")
        case .boolean(let flag): flag ? raw("true") : raw("false")
        case .integer(let number): integer(number)
        case .float(let number): float(number)
        case .string(let text): string(text)
        case .list(let values): array(values)
        case .map(let entries):
            let hasType = entries.contains { $0.key == "$type" }
            if hasType { raw("{\"$type\":\"Map\",\"entries\":") }
            object(entries)
            if hasType { raw("}") }
        case .node(let node): self.node(node)
        case .relationship(let relationship): self.relationship(relationship)
        case .path(let nodes, let relationships):
            raw("{\"$type\":\"Path\",\"nodes\":[")
            for (index, node) in nodes.enumerated() {
                comma(index)
                self.node(node)
            }
            raw("],\"relationships\":[")
            for (index, relationship) in relationships.enumerated() {
                comma(index)
                self.relationship(relationship)
            }
            raw("]}")
        case .temporal(let type, let text):
            raw("{\"$type\":")
            string(type)
            raw(",\"value\":")
            string(text)
            raw("}")
        case .money(let amount, let currency):
            raw("{\"$type\":\"Money\",\"amount\":")
            string(amount)
            raw(",\"currency\":")
            string(currency)
            raw("}")
        }
    }

    /// Appends an array.
    mutating func array(_ values: [OutputValue]) {
        raw("[")
        for (index, value) in values.enumerated() {
            comma(index)
            self.value(value)
        }
        raw("]")
    }

    /// Appends an object.
    mutating func object(_ entries: [OutputEntry]) {
        raw("{")
        for (index, entry) in entries.enumerated() {
            comma(index)
            name(entry.key)
            value(entry.value)
        }
        raw("}")
    }

    private mutating func node(_ node: OutputNode) {
        raw("{\"$type\":\"Node\",\"id\":")
        integer(node.id)
        raw(",\"labels\":[")
        for (index, label) in node.labels.enumerated() {
            comma(index)
            string(label)
        }
        raw("],\"properties\":")
        object(node.properties)
        raw("}")
    }

    private mutating func relationship(_ relationship: OutputRelationship) {
        raw("{\"$type\":\"Relationship\",\"id\":")
        integer(relationship.id)
        raw(",\"type\":")
        string(relationship.type)
        raw(",\"start\":")
        integer(relationship.start)
        raw(",\"end\":")
        integer(relationship.end)
        raw(",\"properties\":")
        object(relationship.properties)
        raw("}")
    }
}
