import KithValues

extension TextPatternParser {
    /// What comes after a `\` outside a class.
    mutating func parseEscape() throws(ValueError) -> TextPatternNode {
        switch peek() {
        case "b": return takeAssertion(.wordBoundary)
        case "B": return takeAssertion(.notWordBoundary)
        case "A": return takeAssertion(.textStart)
        case "z": return takeAssertion(.textEnd)
        case "Z": return takeAssertion(.textEndOrFinalLineEnd)
        case "R":
            position += 1
            let pair = TextPatternNode.sequence([
                .scalar(0x0D, ignoresCase: false), .scalar(0x0A, ignoresCase: false),
            ])
            return .atomic(.alternatives([pair, .set(.verticalSpaces)]))
        case "k":
            position += 1
            guard take("<") else { throw error("has a \\k without a name") }
            guard let group = groupNames[try parseGroupName()] else {
                throw error("refers to a group that is not there")
            }
            hasBackreferences = true
            return .backreference(group: group, ignoresCase: flags.ignoresCase)
        case .some("1"..."9"): return try parseBackreference()
        default:
            switch try parseSharedEscape() {
            case .scalar(let scalar): return literal(scalar)
            case .set(let set): return .set(withCase(set))
            }
        }
    }

    private mutating func takeAssertion(_ assertion: TextPatternAssertion) -> TextPatternNode {
        position += 1
        return .assertion(assertion)
    }

    /// As many digits as still name a group.
    private mutating func parseBackreference() throws(ValueError) -> TextPatternNode {
        var group = 0
        while let scalar = peek(), ("0"..."9").contains(scalar) {
            let longer = group * 10 + Int(scalar.value - 0x30)
            if group > 0 && longer > groupCount { break }
            group = longer
            position += 1
        }
        guard group <= groupCount else { throw error("refers to a group that is not there") }
        hasBackreferences = true
        return .backreference(group: group, ignoresCase: flags.ignoresCase)
    }

    /// An escape with a meaning inside and outside of classes.
    enum SharedEscape {
        case scalar(UInt32)
        case set(ScalarSet)
    }

    /// What comes after a `\`, where it is no place and no group.
    mutating func parseSharedEscape() throws(ValueError) -> SharedEscape {
        guard position < scalars.count else { throw error("ends with a \\") }
        let value = next()
        let isUnicode = flags.isUnicode
        switch Unicode.Scalar(value) {
        case "d": return .set(isUnicode ? .unicodeDigits : .digits)
        case "D": return .set(.complement(isUnicode ? .unicodeDigits : .digits))
        case "w": return .set(isUnicode ? .unicodeWords : .words)
        case "W": return .set(.complement(isUnicode ? .unicodeWords : .words))
        case "s": return .set(isUnicode ? .unicodeSpaces : .spaces)
        case "S": return .set(.complement(isUnicode ? .unicodeSpaces : .spaces))
        case "h": return .set(.horizontalSpaces)
        case "H": return .set(.complement(.horizontalSpaces))
        case "v": return .set(.verticalSpaces)
        case "V": return .set(.complement(.verticalSpaces))
        case "p": return .set(try parseProperty())
        case "P": return .set(.complement(try parseProperty()))
        case "t": return .scalar(0x09)
        case "n": return .scalar(0x0A)
        case "r": return .scalar(0x0D)
        case "f": return .scalar(0x0C)
        case "a": return .scalar(0x07)
        case "e": return .scalar(0x1B)
        case "0": return .scalar(try parseOctal())
        case "x": return .scalar(try parseHexadecimal(digits: 2))
        case "u": return .scalar(try parseHexadecimal(digits: 4))
        case .some(let scalar) where scalar.isASCII && scalar.properties.isAlphabetic:
            position -= 1
            throw error("has an unknown escape")
        default: return .scalar(value)
        }
    }

    private mutating func parseProperty() throws(ValueError) -> ScalarSet {
        var name = ""
        if take("{") {
            while let scalar = peek(), scalar != "}" {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard take("}") else { throw error("has a { without a }") }
        } else if let scalar = peek() {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard let set = ScalarProperties.set(named: name) else {
            throw error("names an unknown property")
        }
        return set
    }

    private mutating func parseOctal() throws(ValueError) -> UInt32 {
        var value: UInt32 = 0
        var count = 0
        while count < 3, let scalar = peek(), ("0"..."7").contains(scalar) {
            let longer = value * 8 + scalar.value - 0x30
            if longer > 0xFF { break }
            value = longer
            count += 1
            position += 1
        }
        guard count > 0 else { throw error("lacks an octal number") }
        return value
    }

    /// Exactly so many digits, or any number of them in braces.
    private mutating func parseHexadecimal(digits: Int) throws(ValueError) -> UInt32 {
        let isBraced = digits == 2 && take("{")
        var value: UInt32 = 0
        var count = 0
        while count < (isBraced ? 8 : digits), let scalar = peek(),
            let digit = Int(String(scalar), radix: 16)
        {
            value = value << 4 | UInt32(digit)
            count += 1
            position += 1
        }
        let isComplete = isBraced ? count > 0 && take("}") : count == digits
        guard isComplete, Unicode.Scalar(value) != nil else {
            throw error("lacks a hexadecimal number of a character")
        }
        return value
    }
}
