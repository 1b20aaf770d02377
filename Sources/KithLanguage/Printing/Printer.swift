/// Turns a tree into text that parses to the same tree.
///
/// The text is canonical: keywords in capitals, one space where there may be any, parentheses only
/// where they are needed.
struct Printer {
    /// The text so far.
    private(set) var text = ""
    private var depth = 0
    private var isOnDeepStack = false

    /// The text of what `body` prints.
    static func text(_ body: (inout Printer) -> Void) -> String {
        var printer = Printer()
        body(&printer)
        return printer.text
    }

    mutating func write(_ piece: String) {
        text += piece
    }

    /// Prints what is one level deeper, on a deep stack from a certain depth on.
    mutating func nested(_ body: (inout Printer) -> Void) {
        depth += 1
        defer { depth -= 1 }
        guard depth > 8, !isOnDeepStack else {
            body(&self)
            return
        }
        var copy = self
        copy.isOnDeepStack = true
        let hasRun: Void? = DeepStack.run { body(&copy) }
        // Without memory for a stack the rest is left out: printing cannot fail.
        if hasRun == nil { copy.write("…") }
        copy.isOnDeepStack = false
        self = copy
    }

    mutating func list<Element>(
        _ elements: [Element], separator: String = ", ",
        _ body: (inout Printer, Element) -> Void
    ) {
        for (index, element) in elements.enumerated() {
            if index > 0 { write(separator) }
            body(&self, element)
        }
    }

    /// Prints the name of a variable, in backticks where it is a reserved word or none.
    mutating func variable(_ name: Name) {
        write(Printer.isPlainVariable(name.text) ? name.text : Printer.quoted(name.text))
    }

    /// Prints a label, type or property, which may be any word.
    mutating func word(_ name: Name) {
        write(Printer.isWord(name.text) ? name.text : Printer.quoted(name.text))
    }

    mutating func qualifiedName(_ name: QualifiedName) {
        list(name.parts, separator: ".") { printer, part in
            let keyword = Keyword.named(Array(part.text.utf8))
            if keyword == .shortestPath || keyword == .allShortestPaths {
                printer.write(Printer.quoted(part.text))
            } else {
                printer.variable(part)
            }
        }
    }

    mutating func parameter(_ name: Name) {
        let isPlain =
            !name.text.isEmpty
            && name.text.unicodeScalars.allSatisfy {
                $0 == "_" || $0.properties.isXIDContinue
            }
        write("$" + (isPlain ? name.text : Printer.quoted(name.text)))
    }

    static func isWord(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return (first == "_" || first.properties.isXIDStart)
            && text.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
    }

    static func isPlainVariable(_ text: String) -> Bool {
        isWord(text) && Keyword.named(Array(text.utf8))?.isReserved != true
    }

    static func quoted(_ text: String) -> String {
        var result = "`"
        for scalar in text.unicodeScalars {
            result.unicodeScalars.append(scalar)
            if scalar == "`" { result += "`" }
        }
        return result + "`"
    }

    mutating func literal(_ literal: Literal) {
        switch literal {
        case .null: write("null")
        case .boolean(let value): write(value ? "true" : "false")
        case .integer(let value): write(String(value))
        case .float(let value): write(value.description)
        case .string(let value): string(value)
        }
    }

    private mutating func string(_ value: String) {
        var result = "'"
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "'": result += "\\'"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        write(result + "'")
    }
}

extension Statement {
    /// The statement in canonical form, which parses to an equal tree.
    public var canonicalText: String { Printer.text { $0.statement(self) } }
}

extension Query {
    /// The query in canonical form.
    public var canonicalText: String { Printer.text { $0.query(self) } }
}

extension Expression {
    /// The expression in canonical form, which parses to an equal tree.
    public var canonicalText: String { Printer.text { $0.expression(self) } }
}

extension PathPattern {
    /// The path in canonical form.
    public var canonicalText: String { Printer.text { $0.path(self) } }
}

extension LabelExpression {
    /// The label expression in canonical form.
    public var canonicalText: String { Printer.text { $0.labels(self) } }
}

extension ValueType {
    /// The type in canonical form.
    public var canonicalText: String { Printer.text { $0.type(self) } }
}
