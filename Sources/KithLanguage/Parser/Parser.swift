/// Start here: turns the text of one or several statements into trees.
///
/// The text is cut into tokens by ``Lexer``, and this type reads them by recursive descent: one
/// function for each rule of `grammar/kith.ebnf`, of the same name. The trees are in `AST`, what can
/// go wrong is a ``Diagnostic``, and `Printing` turns a tree into text again.
///
/// - `Parser+Statements`, `Parser+Schema`, `Parser+ReadingClauses`, `Parser+WritingClauses`,
///   `Parser+Calls`: what stands by itself;
/// - `Parser+Patterns`, `Parser+PatternParts`, `Parser+PatternLookahead`: what MATCH looks for;
/// - `Parser+Expressions` (operators), `Parser+Primary` (operands), `Parser+Literals`, `Parser+Types`;
/// - `Parser+Tokens`: how all of them read tokens and report mistakes.
public struct Parser {
    let bytes: [UInt8]
    let tokens: [Token]
    let closers: [Int]
    let problems: [Diagnostic]
    /// The token to be read next.
    var index = 0
    /// How many brackets are open.
    var depth = 0
    /// The greatest height of the trees built within the innermost open bracket.
    var height = 0
    /// Whether a `|` ends the expression being read, as in `[x IN list WHERE x:A | x]`.
    var barEndsExpression = false
    /// The keywords that could stand where `candidateIndex` points.
    var candidates: [Keyword] = []
    var candidateIndex = 0
    /// The most brackets that were open at once in the statement, and the highest tree in it.
    var depthSeen = 0
    var heightSeen = 0
    /// The clauses and relationships of the statement so far, each of which is a step of a plan.
    var stepCount = 0
    var isOnDeepStack = false
    /// The `*` of the `YIELD *` read last, which only a CALL that stands alone may have.
    var yieldAllIndex = -1

    /// Reads all statements of `text`, which `;` separates.
    ///
    /// - Throws: the first mistake, as a ``Diagnostic`` with its span.
    public static func parse(_ text: String) throws(Diagnostic) -> [Statement] {
        var parser = Parser(text)
        return try parser.script()
    }

    init(_ text: String) {
        let lexer = Lexer(text)
        bytes = lexer.bytes
        tokens = lexer.tokens
        closers = lexer.closers
        problems = lexer.problems
    }

    /// The brackets that may be open before the rest is read on a ``DeepStack``.
    static let depthOnCallersStackMax = 8

    /// Notes that a bracket opens; ``leave(levels:)`` undoes it.
    mutating func enter(levels: Int = 1) throws(Diagnostic) {
        depth += levels
        depthSeen = max(depthSeen, depth)
        guard depth <= LanguageLimits.nestingDepthMax else { throw nestingTooDeep() }
    }

    mutating func leave(levels: Int = 1) {
        depth -= levels
    }

    /// Notes that the trees read since `outer` was saved become parts of one node.
    mutating func grow(levels: Int = 1) throws(Diagnostic) {
        height += levels
        heightSeen = max(heightSeen, height)
        guard height <= LanguageLimits.nestingDepthMax else { throw nestingTooDeep() }
    }

    /// Counts a clause or relationship against the limit.
    mutating func countStep() throws(Diagnostic) {
        stepCount += 1
        guard stepCount <= LanguageLimits.stepCountMax else {
            throw Diagnostic(
                detail: "StatementTooLong",
                message: "a statement has at most \(LanguageLimits.stepCountMax) clauses and "
                    + "relationships", span: token.span, hint: "Divide it into several with `;`.")
        }
    }

    private func nestingTooDeep() -> Diagnostic {
        Diagnostic(
            detail: "NestingTooDeep",
            message: "this is nested more than \(LanguageLimits.nestingDepthMax) levels deep",
            span: token.span, hint: "Take it apart with WITH.")
    }

    var needsDeepStack: Bool { depth > Parser.depthOnCallersStackMax && !isOnDeepStack }

    /// Reads `rule` on a deep stack.
    mutating func onDeepStack<Node>(
        _ rule: (inout Parser) throws(Diagnostic) -> Node
    ) throws(Diagnostic) -> Node {
        var copy = self
        copy.isOnDeepStack = true
        let outcome = DeepStack.run { () -> Result<Node, Diagnostic> in
            do throws(Diagnostic) {
                return .success(try rule(&copy))
            } catch {
                return .failure(error)
            }
        }
        guard let outcome else {
            throw Diagnostic(
                type: "ResourceError", detail: "OutOfMemory",
                message: "there is no memory to read what is nested here", span: token.span)
        }
        self = copy
        isOnDeepStack = false
        return try outcome.get()
    }
}
