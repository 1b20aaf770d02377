import KithQuery
import KithValues
import Testing

@Suite("Functions of any value")
struct GeneralFunctionTests {
    @Test("coalesce, nullIf and exists look at null itself")
    func nulls() throws {
        #expect(try text("coalesce", .null, .null, 3, 4) == "3")
        #expect(try text("coalesce", .null) == "null")
        #expect(try text("nullIf", 1, 1.0) == "null")
        #expect(try text("nullIf", 1, 2) == "1")
        #expect(try text("nullIf", 1, .null) == "1")
        #expect(try text("exists", .null) == "false")
        #expect(try text("exists", 0) == "true")
    }

    @Test(
        "valueType names the narrowest type",
        arguments: [
            (.null, "NULL"), (1, "INTEGER NOT NULL"), (true, "BOOLEAN NOT NULL"),
            ([], "LIST<NOTHING> NOT NULL"), ([.null], "LIST<NULL> NOT NULL"),
            ([1, 2], "LIST<INTEGER NOT NULL> NOT NULL"), ([1, .null], "LIST<INTEGER> NOT NULL"),
            ([1.5, "a", 2], "LIST<STRING NOT NULL | INTEGER NOT NULL | FLOAT NOT NULL> NOT NULL"),
            ([[1], [1]], "LIST<LIST<INTEGER NOT NULL> NOT NULL> NOT NULL"), ([:], "MAP NOT NULL"),
            (.testNode, "NODE NOT NULL"), (.testPath, "PATH NOT NULL"),
        ] as [(Value, String)])
    func typeNames(value: Value, expected: String) throws {
        #expect(try call("valueType", value).plainText == expected)
    }

    @Test("random numbers lie in their interval, and identifiers have their form")
    func random() throws {
        let context = try TestFunctionContext()
        let rand = try #require(FunctionRegistry.standard.scalar("rand"))
        var sum = 0.0
        for _ in 0..<1_000 {
            guard case .float(let number) = try rand.body([], context) else {
                Issue.record("rand gives no float")
                return
            }
            #expect(number >= 0 && number < 1)
            sum += number
        }
        #expect((sum / 1_000 - 0.5).magnitude < 0.05)
        let uuid = try #require(FunctionRegistry.standard.scalar("randomuuid"))
        let form = try RegularExpression(
            "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
        var seen: Set<String> = []
        for _ in 0..<100 {
            let text = try #require(try uuid.body([], context).plainText)
            #expect(try form.matches(text))
            seen.insert(text)
        }
        #expect(seen.count == 100)
        #expect(!rand.isDeterministic && !uuid.isDeterministic)
    }

    @Test("timestamp is the statement's moment in milliseconds")
    func timestamp() throws {
        #expect(try text("timestamp") == "1700000000123")
    }

    @Test("no two functions have the same name, whatever the case, and each has a summary")
    func names() {
        var names: Set<String> = []
        for function in FunctionLibrary.scalars {
            #expect(names.insert(function.name.lowercased()).inserted, "\(function.name)")
            #expect(function.summary.hasSuffix("."), "\(function.name)")
            #expect(function.requiredCount <= function.parameters.count, "\(function.name)")
        }
        for function in FunctionLibrary.aggregates {
            #expect(names.insert(function.name.lowercased()).inserted, "\(function.name)")
            #expect(function.summary.hasSuffix("."), "\(function.name)")
        }
        #expect(FunctionRegistry.standard.scalar("TOUPPER")?.name == "toUpper")
    }

    @Test("every function that propagates null gives null for it and never sees it")
    func propagation() throws {
        for function in FunctionLibrary.scalars where function.propagatesNull {
            guard function.requiredCount > 0 else { continue }
            let nulls = [Value](repeating: .null, count: function.requiredCount)
            #expect(try call(function.name, with: nulls).isNull, "\(function.name)")
        }
    }
}
