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

    @Test("a line between statements that begins with a colon is a command")
    func commandLines() {
        let cut = StatementSplitter.cut(
            "  :mode csv\nRETURN 1;\n:schema;\n\nMATCH (n\n:A) RETURN n; :x\n;:quit")
        #expect(
            cut.statements == [
                StatementSplitter.Statement(text: ":mode csv", line: 1, column: 3, isCommand: true),
                StatementSplitter.Statement(text: "RETURN 1", line: 2),
                StatementSplitter.Statement(text: ":schema;", line: 3, isCommand: true),
                StatementSplitter.Statement(text: "MATCH (n\n:A) RETURN n", line: 5),
                StatementSplitter.Statement(text: " :x\n", line: 6, column: 14),
            ])
        #expect(cut.rest == ":quit")
        let command = StatementSplitter.cut(":quit")
        #expect(command.statements.map(\.isCommand) == [true])
        #expect(command.isRestBlank)
    }

    @Test("a statement on one line means what it meant on several")
    func oneLine() {
        func line(_ text: String) -> String { StatementSplitter.onOneLine(text) }
        #expect(
            line("MATCH (n) // all; of 'em\n  RETURN n;\n")
                == "MATCH (n) /* all; of 'em */   RETURN n; ")
        #expect(line("RETURN 'a\n\tb\\'\nc', \"d\ne\"") == "RETURN 'a\\n\tb\\'\\nc', \"d\\ne\"")
        #expect(
            line("RETURN 1 /* a // b\nc */ AS `x\ny` //")
                == "RETURN 1 /* a // b c */ AS `x y` /* */")
        #expect(line("// a */ b\nRETURN '//', '/*'") == "/* a * / b */ RETURN '//', '/*'")
        #expect(line("/*/ x */ RETURN 1 / 2") == "/*/ x */ RETURN 1 / 2")
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

    @Test("shows a window of a line of 100,000 characters, with the carets below the place")
    func longLines() throws {
        let units = ["x", "日", "e\u{301}", "\t", "é, ", "🙂", "\u{301}", "\u{7}", "ب"]
        for unit in units {
            let scalars = Array(unit.unicodeScalars)
            let statement = String(repeating: unit, count: 100_000 / scalars.count) + "END"
            let line = Array(statement.unicodeScalars)
            let count = line.count
            for start in [0, 1, 2, 40, 500, 49_999, 50_000, count - 50, count - 3, count] {
                for length in [0, 1, 5, 90, 99_000] {
                    let excerpt = SourceExcerpt(
                        line: line, marking: start..<start + length)
                    let cells = DisplayWidth.cells(of: excerpt.text)
                    #expect(cells <= SourceExcerpt.widthMax, "\(unit) at \(start)")
                    #expect(excerpt.text.unicodeScalars.count < 500)
                    #expect(excerpt.indent + excerpt.caretCount <= cells + 1)
                    #expect(excerpt.text.hasSuffix("…") || excerpt.text.hasSuffix("END"))
                    let front = Array(excerpt.text.unicodeScalars.prefix(2))
                    #expect(front[0] == "…" || start < 500)
                    #expect(front != ["…", "\u{301}"] || unit == "\u{301}")
                }
            }
            let last = SourceExcerpt(line: line, marking: count - 3..<count)
            #expect(last.caretCount == 3)
            #expect(last.indent == DisplayWidth.cells(of: last.text) - 3)
        }
        let line =
            String(repeating: "日本語 ", count: 20_000) + "hier" + String(repeating: "é", count: 99)
        let found = SourceExcerpt(line: Array(line.unicodeScalars), marking: 80_000..<80_004)
        #expect(found.text.hasPrefix("… 日本語 日本語 日本語 日本語 hieréé"), "\(found.text)")
        #expect(found.indent == 30 && found.caretCount == 4)
    }

    @Test("takes at most six lines, whatever the statement and its names")
    func sixLines() {
        let name = String(repeating: "very\nlong ", count: 10_000)
        let problem = StatementProblem(
            detail: "X", message: "variable `\(name)` is not defined",
            place: StatementProblem.Place(line: 1, column: 9, endLine: 10_001, endColumn: 1),
            hint: "Use \(name).")
        let shown = ProblemPrinter(usesColour: false).text(of: problem, in: "RETURN `\(name)`")
        let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 7 && lines[6].isEmpty)
        for line in lines { #expect(DisplayWidth.cells(of: String(line)) < 420, "\(line)") }
        #expect(shown.contains("│ RETURN `very\n"))
        #expect(shown.contains("│         ^^^^\n"))
    }

    @Test("counts lines as places do: only a line feed ends one")
    func lineEnds() {
        let problem = StatementProblem(
            detail: "X", message: "m",
            place: StatementProblem.Place(line: 2, column: 8, endLine: 2, endColumn: 9))
        let text = "WITH '\u{2028}\r\u{85}' AS a\r\nRETURN b\r\n"
        let shown = ProblemPrinter(usesColour: false).text(of: problem, in: text)
        #expect(shown.contains("2 │ RETURN b\n  │        ^\n"), "\(shown)")
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
