import KithValues

extension TextPatternParser {
    func peek() -> Unicode.Scalar? {
        position < scalars.count ? Unicode.Scalar(scalars[position]) : nil
    }

    /// Moves past the scalar at the position, which there must be.
    mutating func next() -> UInt32 {
        defer { position += 1 }
        return scalars[position]
    }

    /// Moves past `expected` if it comes next.
    mutating func take(_ expected: Unicode.Scalar...) -> Bool {
        guard scalars.count - position >= expected.count else { return false }
        for (offset, scalar) in expected.enumerated() {
            if scalars[position + offset] != scalar.value { return false }
        }
        position += expected.count
        return true
    }

    /// The error for something at the position. The pattern itself may be data, and is not shown.
    func error(_ problem: String) -> ValueError {
        .invalidArgument("the regular expression \(problem), at character \(position + 1)")
    }

    func literal(_ scalar: UInt32) -> TextPatternNode {
        .scalar(
            flags.ignoresCase ? CaseMapping.folded(scalar) : scalar,
            ignoresCase: flags.ignoresCase)
    }

    func withCase(_ set: ScalarSet) -> ScalarSet {
        flags.ignoresCase ? .ignoringCase(set) : set
    }

    /// With the flag `x`, white space and `#` up to the line's end mean nothing.
    mutating func skipComments() {
        guard flags.hasComments else { return }
        while let scalar = peek() {
            if scalar == "#" {
                while let inComment = peek(), inComment != "\n" { position += 1 }
            } else if scalar.properties.isWhitespace {
                position += 1
            } else {
                return
            }
        }
    }

    /// `atom` repeated as the text says.
    mutating func parseQuantifier(of atom: TextPatternNode) throws(ValueError) -> TextPatternNode {
        skipComments()
        let min: Int
        let max: Int?
        switch peek() {
        case "*": (min, max) = (0, nil)
        case "+": (min, max) = (1, nil)
        case "?": (min, max) = (0, 1)
        case "{":
            position += 1
            (min, max) = try parseBounds()
            position -= 1
        default: return atom
        }
        position += 1
        let isGreedy = !take("?")
        let repeated = TextPatternNode.repeated(atom, min: min, max: max, isGreedy: isGreedy)
        let isPossessive = isGreedy && take("+")
        if let scalar = peek(), ["*", "+", "?", "{"].contains(scalar) {
            throw error("repeats a repetition")
        }
        return isPossessive ? .atomic(repeated) : repeated
    }

    /// `n}`, `n,}` or `n,m}`.
    private mutating func parseBounds() throws(ValueError) -> (Int, Int?) {
        let min = try parseNumber()
        if take("}") { return (min, min) }
        guard take(",") else { throw error("has a { without a }") }
        if take("}") { return (min, nil) }
        let max = try parseNumber()
        guard take("}") else { throw error("has a { without a }") }
        guard min <= max else { throw error("repeats at least more often than at most") }
        return (min, max)
    }

    private mutating func parseNumber() throws(ValueError) -> Int {
        var number: Int?
        while let scalar = peek(), ("0"..."9").contains(scalar) {
            position += 1
            number = (number ?? 0) * 10 + Int(scalar.value - 0x30)
            // What is larger meets the limit of the program's length.
            if number ?? 0 > FunctionLimits.patternInstructionCountMax {
                throw error("repeats too often")
            }
        }
        guard let number else { throw error("lacks a number between { and }") }
        return number
    }

    /// `i`, `s`, `m`, `x`, `U` and `u`, after a `-` those to end.
    mutating func parseFlags() throws(ValueError) {
        var isOn = true
        while let scalar = peek() {
            switch scalar {
            case "-": isOn = false
            case "i": flags.ignoresCase = isOn
            case "s": flags.anyIncludesLineEnds = isOn
            case "m": flags.isMultiLine = isOn
            case "x": flags.hasComments = isOn
            case "U": flags.isUnicode = isOn
            case "u": break
            default: return
            }
            position += 1
        }
    }

    /// `name>`
    mutating func parseGroupName() throws(ValueError) -> String {
        var name = ""
        while let scalar = peek(), scalar != ">" {
            guard scalar.isASCII, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            else { break }
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard !name.isEmpty, take(">") else { throw error("has a group without a proper name") }
        return name
    }
}
