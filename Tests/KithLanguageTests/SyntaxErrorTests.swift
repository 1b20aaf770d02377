import KithTestSupport
import Testing

@testable import KithLanguage

/// What the parser says of mistakes, and where.
struct SyntaxErrorTests {
    /// A text with the mistake between `«` and `»`, the detail, and the first suggestion if any.
    static let mistakes: [(String, String, String?)] = [
        ("«MTACH» (n) RETURN n", "UnexpectedSyntax", "MATCH"),
        ("MATCH (n) «RETRUN» n", "UnexpectedSyntax", "RETURN"),
        ("MATCH (n) «WEHRE» n.x = 1 RETURN n", "UnexpectedSyntax", "WHERE"),
        ("MATCH (n) WHERE n.x = 1 «RETUN» n", "UnexpectedSyntax", "RETURN"),
        ("MATCH (n) RETURN n «ODER» BY n.x", "UnexpectedSyntax", "ORDER"),
        ("RETURN n ORDER «YB» n", "UnexpectedSyntax", "BY"),
        ("RETURN 1 «LIMT» 1", "UnexpectedSyntax", "LIMIT"),
        ("UNWIND [1] «SA» x RETURN x", "UnexpectedSyntax", "AS"),
        ("OPTIONAL «MACTH» (n) RETURN n", "UnexpectedSyntax", "MATCH"),
        ("RETURN 'a' «STRATS» WITH 'b'", "UnexpectedSyntax", "STARTS"),
        ("RETURN CASE WHEN true «TEHN» 1 END", "UnexpectedSyntax", "THEN"),
        ("CREATE CONSTRAINT FOR (n:A) «REQIRE» n.x IS UNIQUE", "UnexpectedSyntax", "REQUIRE"),
        ("SHOW «INDEXE»", "UnexpectedSyntax", "INDEX"),
        ("RETURN «'abc»", "UnexpectedSyntax", nil),
        ("RETURN «(»1", "UnexpectedSyntax", nil),
        ("RETURN 42 «—» 41", "InvalidUnicodeCharacter", "-"),
        ("RETURN «“»a”", "InvalidUnicodeCharacter", "\""),
        ("RETURN 'x«\\u»H'", "InvalidUnicodeLiteral", nil),
        ("RETURN 'x«\\uD800»'", "InvalidUnicodeLiteral", nil),
        ("RETURN «0x»", "InvalidNumberLiteral", nil),
        ("RETURN «12ab»", "InvalidNumberLiteral", nil),
        ("RETURN {«1a»: 2}", "UnexpectedSyntax", nil),
        ("RETURN «9223372036854775808»", "IntegerOverflow", nil),
        ("RETURN «1.34E999»", "FloatingPointOverflow", nil),
        ("MATCH ()-[:R«..»]-() RETURN 1", "InvalidRelationshipPattern", nil),
        ("MATCH ()-[:R*«-»2]-() RETURN 1", "InvalidRelationshipPattern", nil),
        ("MATCH (a)-->«((b)-->(c))+» RETURN 1", "InvalidRelationshipPattern", nil),
        ("RETURN a = «NOT» b", "UnexpectedSyntax", nil),
        ("RETURN 1 «/*» x", "UnexpectedSyntax", nil),
        ("RETURN «»", "UnexpectedSyntax", nil),
    ]

    @Test("names each mistake, its place and the likeliest correction", arguments: mistakes)
    func names(text: String, detail: String, suggestion: String?) {
        let parts = text.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "«" || $0 == "»" })
        let statement = parts.joined()
        let start = parts[0].utf8.count
        do throws(Diagnostic) {
            _ = try Parser.parse(statement)
            Issue.record("was accepted")
        } catch {
            #expect(error.type == "SyntaxError")
            #expect(error.detail == detail, "\(error.message)")
            #expect(error.span.start == start, "\(error.message)")
            let isTextOpen = error.message.contains("not closed")
            if !isTextOpen { #expect(error.span.end == start + parts[1].utf8.count) }
            if let suggestion { #expect(error.suggestions.first == suggestion) }
            #expect(error.suggestions.count <= 3)
        }
    }

    @Test("tells lines and columns in characters as people count")
    func positions() {
        let source = SourceText("MATCH (größe)\r\nRETURN '日本' + x\n")
        #expect(source.position(atOffset: 0) == SourcePosition(line: 1, column: 1))
        let plus = Array("MATCH (größe)\r\nRETURN '日本' ".utf8).count
        #expect(source.position(atOffset: plus) == SourcePosition(line: 2, column: 13))
        #expect(source.line(atOffset: plus) == "RETURN '日本' + x")
        #expect(source.line(atOffset: 3) == "MATCH (größe)")
        #expect(source.position(atOffset: 9_999).line == 3)
    }

    @Test("keeps each column's text as it was written")
    func columnTexts() throws {
        let text = "RETURN  n . name ,1+1, count( * ) AS c, /* no */ 'a' // end\n ORDER BY n"
        guard case .query(let query) = try Parser.parse(text)[0].kind,
            case .returning(let clause) = query.branches[0].clauses[0]
        else {
            Issue.record("is no RETURN")
            return
        }
        let texts = clause.projection.items.map(\.sourceText)
        #expect(texts == ["n . name", "1+1", "count( * )", "'a'"])
    }

    @Test("reads several statements with their spans")
    func scripts() throws {
        let text = " RETURN 1 ; ;\nRETURN ';' ;"
        let statements = try Parser.parse(text)
        let source = SourceText(text)
        #expect(statements.map { source[$0.span] } == ["RETURN 1", "RETURN ';'"])
        #expect(try Parser.parse("").isEmpty)
        #expect(try Parser.parse(" // nothing").isEmpty)
    }

    @Test("reads values as they are meant")
    func literals() throws {
        let cases: [(String, Literal)] = [
            ("-9223372036854775808", .integer(.min)), ("0xFF", .integer(255)),
            ("-0x8000000000000000", .integer(.min)), ("0o17", .integer(15)),
            ("1_000", .integer(1_000)), ("017", .integer(17)), (".5", .float(0.5)),
            ("1e3", .float(1_000)), ("-2.5E-3", .float(-0.0025)), ("3d", .float(3)),
            ("'it''s'", .string("it's")), ("'\\u00e9'", .string("é")),
            ("'\\uD83D\\uDE00'", .string("😀")), ("'\\U01F600'", .string("😀")),
            ("'\\U0001F600'", .string("😀")), ("\"a\\tb\"", .string("a\tb")),
            ("NULL", .null), ("tRue", .boolean(true)),
        ]
        for (text, literal) in cases {
            guard case .query(let query) = try Parser.parse("RETURN \(text)")[0].kind,
                case .returning(let clause) = query.branches[0].clauses[0]
            else { continue }
            #expect(clause.projection.items[0].expression.kind == .literal(literal), "\(text)")
        }
    }

    @Test("never traps, whatever the text")
    func survivesRandomTexts() {
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "MATCH", "(", ")", "[", "]", "{", "}", "-", ">", "<", "n", ":", ",", ".", "..", "|",
            "RETURN", "WHERE", "IN", "CASE", "WHEN", "END", "'", "\"", "`", "$", "1", "1.5", "*",
            "+", "=", "NOT", "EXISTS", "CALL", "YIELD", "AS", "é", "\u{0}", "\\", "/*", "//", "\n",
            "SET", "CREATE", "INDEX", "FOR", "SHORTEST", "ANY", "IS", "::", "LIST", "0x", "%", "!",
        ]
        for _ in 0..<5_000 {
            var text = ""
            for _ in 0..<(random.next() % 30) {
                text += pieces[Int(random.next() % UInt64(pieces.count))]
                if random.next() % 3 > 0 { text += " " }
            }
            do throws(Diagnostic) {
                let statements = try Parser.parse(text)
                for statement in statements {
                    let again = try Parser.parse(statement.canonicalText)
                    #expect(again == [statement], "\(text)")
                }
            } catch {
                #expect(error.span.end <= text.utf8.count, "\(text)")
                #expect(error.span.start <= error.span.end, "\(text)")
            }
        }
    }
}
