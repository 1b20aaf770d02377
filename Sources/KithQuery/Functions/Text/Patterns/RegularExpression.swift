import KithValues

/// Start here: a compiled regular expression, in the syntax of Java's that is in common use.
///
/// Characters, classes with unions and intersections (`[a-z&&[^aeiou]]`), `\d \w \s \h \v \p{…}` and
/// their opposites, groups (capturing, named, `(?:…)`, atomic), alternatives, quantifiers (greedy,
/// lazy, possessive), `^ $ \b \B \A \z \Z`, look-ahead and bounded look-behind, back-references,
/// `\Q…\E`, and the flags `i s m x U` for the whole or for a group. It works on Unicode scalars;
/// ignoring case follows Unicode, while `\d \w \s` mean ASCII unless `(?U)` says otherwise.
///
/// ``TextPatternParser`` makes a tree of the text, ``TextPatternCompiler`` a program of the tree, and
/// ``TextPatternMatcher`` runs it. Matching takes time in proportion to the text's length times the
/// program's, unless the pattern has back-references, atomic groups or looks around; then it may
/// take exponentially many steps, and stops with an error at
/// ``FunctionLimits/patternStepCountMax``.
public struct RegularExpression: Sendable {
    let program: TextPatternProgram
    /// The short way, where there is one.
    private let shape: TextPatternShape?

    /// Compiles `pattern`.
    ///
    /// - Throws: ``ValueError`` of type `ArgumentError` when it is not a regular expression.
    public init(_ pattern: String) throws(ValueError) {
        var parser = TextPatternParser(pattern)
        let tree = try parser.parse()
        program = try TextPatternCompiler.compile(tree, parser)
        shape = TextPatternShape(tree)
    }

    /// Whether the whole of `text` matches.
    ///
    /// - Throws: ``ValueError`` of type `ResourceError` when it takes too many steps.
    public func matches(_ text: String) throws(ValueError) -> Bool {
        try matches(text, stepCountMax: FunctionLimits.patternStepCountMax)
    }

    /// ``matches(_:)`` with a limit of its own, for tests.
    func matches(_ text: String, stepCountMax: Int) throws(ValueError) -> Bool {
        let outcome: Result<Bool, ValueError> = UTF8Text.withBytes(text) { bytes in
            if let shape { return .success(shape.matches(bytes)) }
            var matcher = TextPatternMatcher(program, bytes, stepCountMax: stepCountMax)
            do throws(ValueError) {
                return .success(try matcher.matchesWhole())
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
