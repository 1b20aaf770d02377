/// Start here: turns the text of one or several statements into trees.
///
/// The text is cut into tokens by ``Lexer``, and this type reads them by recursive descent: one
/// function for each rule of `grammar/kith.ebnf`, of the same name. The trees are in `AST`, what can
/// go wrong is a ``Diagnostic``, and `Printing` turns a tree into text again.
public struct Parser {
    /// Reads all statements of `text`, which `;` separates.
    ///
    /// - Throws: the first mistake, as a ``Diagnostic`` with its span.
    public static func parse(_ text: String) throws(Diagnostic) -> [Statement] {
        fatalError("filled in by the next commit")
    }
}
