import Testing

@testable import KithCLI

struct ShellTextTests {
    @Test("cuts statements at semicolons outside strings, names and comments")
    func splitting() {
        let cut = StatementSplitter.cut(
            "RETURN ';' ;\n\n  RETURN \"a\\\";\" // no ; here\n; RETURN `x;y` /* ; */; RETURN 1")
        #expect(
            cut.statements == [
                StatementSplitter.Statement(text: "RETURN ';' ", line: 1),
                StatementSplitter.Statement(text: "  RETURN \"a\\\";\" // no ; here\n", line: 3),
                StatementSplitter.Statement(text: " RETURN `x;y` /* ; */", line: 4, column: 2),
            ])
        #expect(cut.rest == " RETURN 1")
        #expect(!cut.isRestBlank)
        #expect(cut.restLine == 4)
        #expect(cut.restColumn == 24)
    }

    @Test("knows when nothing but blanks is left, and when a string is still open")
    func rests() {
        #expect(StatementSplitter.cut("RETURN 1; // done\n ").isRestBlank)
        #expect(!StatementSplitter.cut("'").isRestBlank)
        #expect(!StatementSplitter.cut("/* x").isRestBlank)
        #expect(StatementSplitter.cut(";;;").statements.isEmpty)
        #expect(StatementSplitter.cut("").isRestBlank)
    }

    @Test("points at the place of an error, whatever stands before it")
    func carets() {
        let statement = "MATCH (c)\n\tRETURN '李', m.name"
        let problem = StatementProblem(
            type: "SyntaxError", detail: "UndefinedVariable",
            message: "variable `m` is not defined",
            place: StatementProblem.Place(line: 2, column: 14, endLine: 2, endColumn: 15),
            suggestions: ["c"])
        let text = ProblemPrinter(usesColour: false).text(
            of: problem, in: statement, file: "q.cypher", firstLine: 10)
        #expect(
            text == """
                error: variable `m` is not defined [SyntaxError.UndefinedVariable]
                  --> q.cypher:11:14
                   │
                11 │  RETURN '李', m.name
                   │               ^
                  did you mean `c`?

                """)
    }

    @Test("a range past the end or over several lines still shows one line")
    func oddRanges() {
        let printer = ProblemPrinter(usesColour: false)
        var problem = StatementProblem(detail: "X", message: "m")
        problem.place = StatementProblem.Place(line: 9, column: 99, endLine: 9, endColumn: 120)
        #expect(printer.text(of: problem, in: "RETURN").contains("1 │ RETURN\n"))
        problem.place = StatementProblem.Place(line: 1, column: 1, endLine: 3, endColumn: 2)
        #expect(printer.text(of: problem, in: "AB\nCD\nEF").contains("│ ^^\n"))
    }

    @Test("measures text in cells")
    func widths() {
        #expect(DisplayWidth.cells(of: "abc") == 3)
        #expect(DisplayWidth.cells(of: "e\u{301}") == 1)
        #expect(DisplayWidth.cells(of: "日本") == 4)
        #expect(DisplayWidth.cells(of: "می\u{200C}روم") == 5)
        #expect(DisplayWidth.cells(of: "🙂") == 2)
        #expect(DisplayWidth.fitted("日本語", to: 5) == "日本…")
        #expect(DisplayWidth.fitted("日本語", to: 4) == "日…")
    }
}
