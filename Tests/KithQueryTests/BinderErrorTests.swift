import KithLanguage
import Testing

@testable import KithQuery

/// What the binder refuses, and where it says the mistake is.
struct BinderErrorTests {
    /// A statement, with the mistake between `«` and `»`, and the detail of the error.
    static let mistakes: [(String, String)] = [
        ("RETURN «x»", "UndefinedVariable"),
        ("MATCH (a) WITH a.x AS y RETURN «a»", "UndefinedVariable"),
        ("MATCH (a) RETURN DISTINCT a.x ORDER BY «a».y", "UndefinedVariable"),
        ("MATCH (a) RETURN count(*) AS c ORDER BY «a».x + count(*)", "UndefinedVariable"),
        ("MATCH (n) WHERE (n)-[«r»]->() RETURN n", "UndefinedVariable"),
        ("CREATE (a {x: «b».y}), (b)", "UndefinedVariable"),
        ("CALL { RETURN 1 AS a } CALL { RETURN «a» AS b } RETURN b", "UndefinedVariable"),
        ("UNWIND [1] AS x UNWIND [2] AS «x» RETURN x", "VariableAlreadyBound"),
        ("MATCH (p) MATCH «p» = ()--() RETURN p", "VariableAlreadyBound"),
        ("MATCH (a) CREATE («a»)", "VariableAlreadyBound"),
        ("MATCH (a)-[r]->(b) CREATE (a)-[«r»:R]->(b)", "VariableAlreadyBound"),
        ("MATCH (x) MATCH (a) ((«x»)-->(y))+ (b) RETURN a", "VariableAlreadyBound"),
        ("MATCH ()-[r]-() MATCH («r») RETURN r", "VariableTypeConflict"),
        ("WITH 1 AS n MATCH («n») RETURN n", "VariableTypeConflict"),
        ("MATCH ()-[r]->()-[«r»]->() RETURN r", "RelationshipUniquenessViolation"),
        ("MATCH (n) WHERE «count»(n) > 1 RETURN n", "InvalidAggregation"),
        ("MATCH (n) RETURN n.x ORDER BY «max»(n.y)", "InvalidAggregation"),
        ("RETURN [x IN [1] | «count(*)»]", "InvalidAggregation"),
        ("RETURN count(«count(*)»)", "NestedAggregation"),
        ("RETURN sum(«rand()»)", "NonConstantExpression"),
        ("MATCH (a)--(b) RETURN «a».x + count(b)", "AmbiguousAggregationExpression"),
        (
            "MATCH (a)--(b) RETURN a.x + b.x, count(*) ORDER BY «a».x + b.x + count(*)",
            "AmbiguousAggregationExpression"
        ),
        ("MATCH (a) WITH «a.x» RETURN 1", "NoExpressionAlias"),
        ("RETURN 1 AS a, 2 AS «a»", "ColumnNameConflict"),
        ("MATCH () RETURN «*»", "NoVariablesInScope"),
        ("RETURN 1 AS a UNION «RETURN 2 AS b»", "DifferentColumnsInUnion"),
        ("RETURN 1 AS a UNION RETURN 2 AS a «UNION ALL» RETURN 3 AS a", "InvalidClauseComposition"),
        ("RETURN 1 AS a «MATCH (n)»", "InvalidClauseComposition"),
        ("«MATCH (n)»", "InvalidClauseComposition"),
        ("FOREACH (x IN [1] | «MATCH (n)»)", "InvalidClauseComposition"),
        ("RETURN EXISTS { «CREATE (n)» RETURN 1 }", "InvalidClauseComposition"),
        ("RETURN true AND «1»", "InvalidArgumentType"),
        ("RETURN 1 «-» 'a'", "InvalidArgumentType"),
        ("RETURN 1 IN «2»", "InvalidArgumentType"),
        ("MATCH (n) WHERE «n» RETURN n", "InvalidArgumentType"),
        ("MATCH (n) RETURN type(«n»)", "InvalidArgumentType"),
        ("WITH 1 AS a RETURN «a».x", "InvalidArgumentType"),
        ("MATCH () DELETE «1 + 1»", "InvalidArgumentType"),
        ("RETURN 1 LIMIT «1.5»", "InvalidArgumentType"),
        ("RETURN 1 LIMIT «-1»", "NegativeIntegerArgument"),
        ("MATCH (n) RETURN n SKIP «n.x»", "NonConstantExpression"),
        ("RETURN «nosuch»(1)", "UnknownFunction"),
        ("RETURN «abs()»", "InvalidNumberOfArguments"),
        ("CALL «no.such»()", "ProcedureNotFound"),
        ("MATCH (n «$p») RETURN n", "InvalidParameterUse"),
        ("MERGE (n «$p»)", "InvalidParameterUse"),
        ("CREATE (a)«-[:R*2]->»(b)", "CreatingVarLength"),
        ("CREATE (a)«-->»(b)", "NoSingleRelationshipType"),
        ("CREATE (a)-[:«A|B»]->(b)", "NoSingleRelationshipType"),
        ("CREATE (a)«-[:R]-»(b)", "RequiresDirectedRelationship"),
        ("MATCH (n) DELETE «n:A»", "InvalidDelete"),
        ("MATCH (n) RETURN «(n)-->()»", "UnexpectedSyntax"),
        ("CREATE (n:«A|B»)", "UnexpectedSyntax"),
    ]

    @Test("refuses each mistake with its detail and at its place", arguments: mistakes)
    func refuses(statement: String, detail: String) throws {
        let parts = statement.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "«" || $0 == "»" })
        let text = parts.joined()
        let start = parts[0].utf8.count
        let expected = SourceSpan(start: start, end: start + parts[1].utf8.count)
        do throws(QueryError) {
            _ = try Binding.bind(text)
            Issue.record("was accepted")
        } catch {
            #expect(error.detail == detail, "\(error.message)")
            #expect(error.span == expected, "\(error.message)")
            #expect(error.phase == .compile)
            #expect(error.suggestions.count <= 3)
        }
    }

    @Test("suggests the likeliest name")
    func suggests() throws {
        let cases: [(String, String)] = [
            ("MATCH (person) RETURN persn", "person"),
            ("RETURN toUper('a')", "toUpper"),
            ("RETURN conut(1)", "count"),
        ]
        for (text, suggestion) in cases {
            do throws(QueryError) {
                _ = try Binding.bind(text)
                Issue.record("was accepted")
            } catch {
                #expect(error.suggestions.first == suggestion)
            }
        }
    }
}

/// Binds texts for tests.
enum Binding {
    static func bind(
        _ text: String, in environment: BindingEnvironment = BindingEnvironment()
    ) throws(QueryError) -> BoundStatement {
        let statements: [Statement]
        do throws(Diagnostic) {
            statements = try Parser.parse(text)
        } catch {
            throw QueryError(error)
        }
        guard statements.count == 1, case .query(let query) = statements[0].kind else {
            preconditionFailure("the test wants one query")
        }
        return try Binder.bind(query, nestingDepth: statements[0].nestingDepth, in: environment)
    }
}
