/// The smallest piece of a statement that has a meaning.
struct Token {
    /// What it is.
    var kind: Kind
    /// Where it stands.
    var span: SourceSpan

    /// All kinds of token.
    enum Kind: Equatable {
        /// A word that is no keyword.
        case word
        /// A word that is a keyword, and may be a name all the same.
        case keyword(Keyword)
        /// A name in backticks.
        case quotedName
        /// `$name`
        case parameter
        /// Digits, hexadecimal or octal digits.
        case integer
        /// A number with a point, an exponent or a suffix.
        case float
        /// Text in single or double quotes.
        case string
        /// Signs.
        case symbol(Symbol)
        /// Something that begins like a token and is none; its description is kept by the lexer.
        case malformed(Int)
        /// The end of the text.
        case end
    }
}

/// The tokens made of signs.
enum Symbol: String, CaseIterable {
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBracket = "["
    case rightBracket = "]"
    case leftBrace = "{"
    case rightBrace = "}"
    case comma = ","
    case semicolon = ";"
    case colon = ":"
    case doubleColon = "::"
    case dot = "."
    case doubleDot = ".."
    case plus = "+"
    case plusEqual = "+="
    case minus = "-"
    case asterisk = "*"
    case slash = "/"
    case percent = "%"
    case caret = "^"
    case equal = "="
    case regularExpression = "=~"
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case bar = "|"
    case doubleBar = "||"
    case ampersand = "&"
    case exclamation = "!"
}
