/// The names that `\p{…}` knows.
enum ScalarProperties {
    /// The set under a name: a general category or the first letter of one, with or without `Is`; a
    /// class of POSIX; one of Java's binary properties. Nil for other names.
    static func set(named name: String) -> ScalarSet? {
        if let set = posix(name) ?? binary(name) { return set }
        let short = name.hasPrefix("Is") ? String(name.dropFirst(2)) : name
        if let set = categories(short) { return set }
        return nil
    }

    /// ASCII classes.
    private static func posix(_ name: String) -> ScalarSet? {
        switch name {
        case "Lower": .ranges([0x61...0x7A])
        case "Upper": .ranges([0x41...0x5A])
        case "ASCII": .ranges([0x00...0x7F])
        case "Alpha": .letters
        case "Digit": .digits
        case "Alnum": .union([.letters, .digits])
        case "Punct": .ranges([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
        case "Graph": .ranges([0x21...0x7E])
        case "Print": .ranges([0x20...0x7E])
        case "Blank": .ranges([0x09...0x09, 0x20...0x20])
        case "Cntrl": .ranges([0x00...0x1F, 0x7F...0x7F])
        case "XDigit": .ranges([0x30...0x39, 0x41...0x46, 0x61...0x66])
        case "Space": .spaces
        default: nil
        }
    }

    private static func binary(_ name: String) -> ScalarSet? {
        switch name {
        case "IsAlphabetic", "javaLetter": .property { $0.properties.isAlphabetic }
        case "IsLetter": categories("L")
        case "IsDigit": .unicodeDigits
        case "IsUppercase", "javaUpperCase": .property { $0.properties.isUppercase }
        case "IsLowercase", "javaLowerCase": .property { $0.properties.isLowercase }
        case "IsWhite_Space", "javaWhitespace": .unicodeSpaces
        case "IsIdeographic": .property { $0.properties.isIdeographic }
        case "IsEmoji": .property { $0.properties.isEmoji }
        case "IsPunctuation": categories("P")
        default: nil
        }
    }

    private static func categories(_ name: String) -> ScalarSet? {
        let matching = codes.filter { $0.code == name || $0.code.prefix(1) == name }
            .map(\.category)
        if name == "LC" || name == "L1" {
            return .property {
                [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter].contains(
                    $0.properties.generalCategory)
            }
        }
        if matching.isEmpty { return nil }
        return .property { matching.contains($0.properties.generalCategory) }
    }

    private static let codes: [(code: String, category: Unicode.GeneralCategory)] = [
        ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter),
        ("Lm", .modifierLetter), ("Lo", .otherLetter), ("Mn", .nonspacingMark),
        ("Mc", .spacingMark), ("Me", .enclosingMark), ("Nd", .decimalNumber),
        ("Nl", .letterNumber), ("No", .otherNumber), ("Pc", .connectorPunctuation),
        ("Pd", .dashPunctuation), ("Ps", .openPunctuation), ("Pe", .closePunctuation),
        ("Pi", .initialPunctuation), ("Pf", .finalPunctuation), ("Po", .otherPunctuation),
        ("Sm", .mathSymbol), ("Sc", .currencySymbol), ("Sk", .modifierSymbol),
        ("So", .otherSymbol), ("Zs", .spaceSeparator), ("Zl", .lineSeparator),
        ("Zp", .paragraphSeparator), ("Cc", .control), ("Cf", .format), ("Cs", .surrogate),
        ("Co", .privateUse), ("Cn", .unassigned),
    ]
}
