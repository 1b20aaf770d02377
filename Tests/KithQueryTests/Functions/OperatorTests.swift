import KithQuery
import KithValues
import Testing

@Suite("Operators on single values")
struct OperatorTests {
    @Test(
        "IN is true when an element equals, else null when a null leaves it open",
        arguments: [
            (1, [1, 2], "true"), (3, [1, 2], "false"), (3, [], "false"), (.null, [], "false"),
            (.null, [1], "null"), (3, [1, .null], "null"), (1, [1, .null], "true"),
            (1, .null, "null"), (1, ["1", 2], "false"), (1, [1.0], "true"),
            ([1, 2], [1, [1, 2]], "true"), ([1], [1, 2], "false"), ([1, 2], [[.null, 2]], "null"),
            ([], [1, 2, .null], "null"), ([[], []], [1, [[], []]], "true"),
        ] as [(Value, Value, String)])
    func membership(element: Value, list: Value, expected: String) throws {
        #expect(try ScalarOperators.isIn(element, list).literalText == expected)
    }

    @Test("IN takes nothing but a list on its right side")
    func membershipInNoList() throws {
        #expect(
            try failure { try ScalarOperators.isIn(1, "a") } == "TypeError.InvalidArgumentType")
    }

    @Test("prefix, suffix and part are searched by scalars, and are null for other kinds")
    func searching() {
        #expect(ScalarOperators.startsWith("Åsa", "Å").literalText == "true")
        #expect(ScalarOperators.startsWith("Åsa", "").literalText == "true")
        #expect(ScalarOperators.startsWith("a", "ab").literalText == "false")
        #expect(ScalarOperators.endsWith("abcdef", "def").literalText == "true")
        #expect(ScalarOperators.endsWith("abcdef", "de").literalText == "false")
        #expect(ScalarOperators.contains("aab", "ab").literalText == "true")
        #expect(ScalarOperators.contains("", "").literalText == "true")
        #expect(ScalarOperators.contains("", "a").literalText == "false")
        #expect(ScalarOperators.contains("abcabd", "abd").literalText == "true")
        // A letter and a combining accent are not the letter with the accent.
        #expect(ScalarOperators.startsWith("e\u{301}", "\u{E9}").literalText == "false")
        #expect(ScalarOperators.startsWith("e\u{301}", "e").literalText == "true")
        for odd in [1, 3.14, true, [], [:], .null] as [Value] {
            #expect(ScalarOperators.startsWith(odd, "a").isNull)
            #expect(ScalarOperators.endsWith("a", odd).isNull)
            #expect(ScalarOperators.contains(odd, odd).isNull)
        }
    }

    @Test(
        "a subscript takes an element of a list or an entry of a map",
        arguments: [
            ([1, 2, 3], 0, "1"), ([1, 2, 3], -1, "3"), ([1, 2, 3], 3, "null"),
            ([1, 2, 3], -4, "null"), ([1], .null, "null"), (.null, 1, "null"),
            ([1], .integer(.min), "null"), ([1], .integer(.max), "null"),
            (["name": "Mats"], "name", "'Mats'"), (["name": "Mats"], "Name", "null"),
            (["a": 1], .null, "null"),
        ] as [(Value, Value, String)])
    func subscripts(subject: Value, index: Value, expected: String) throws {
        #expect(try ScalarOperators.subscripted(subject, index).literalText == expected)
    }

    @Test("a subscript of the wrong kind is a TypeError")
    func wrongSubscripts() throws {
        for subject in [true, 123, 4.7, "1"] as [Value] {
            #expect(
                try failure { try ScalarOperators.subscripted(subject, 0) }
                    == "TypeError.InvalidArgumentType")
        }
        for index in [true, 4.7, "1", [1], ["x": 3]] as [Value] {
            #expect(
                try failure { try ScalarOperators.subscripted([1], index) }
                    == "TypeError.InvalidArgumentType")
        }
        for index in [0, 12.3] as [Value] {
            #expect(
                try failure { try ScalarOperators.subscripted(["name": "Apa"], index) }
                    == "TypeError.MapElementAccessByNonString")
        }
    }

    @Test(
        "a slice cuts a list, with bounds from either end",
        arguments: [
            (1, 3, "[2, 3]"), (1, nil, "[2, 3, 4]"), (nil, 2, "[1, 2]"), (0, 0, "[]"),
            (-3, -1, "[2, 3]"), (3, 1, "[]"), (-9, 9, "[1, 2, 3, 4]"), (.null, 3, "null"),
            (nil, .null, "null"), (.integer(.min), .integer(.max), "[1, 2, 3, 4]"),
        ] as [(Value?, Value?, String)])
    func slices(from: Value?, to: Value?, expected: String) throws {
        let sliced = try ScalarOperators.slice([1, 2, 3, 4], from: from, to: to)
        #expect(sliced.literalText == expected)
        #expect(try ScalarOperators.slice(.null, from: from, to: to).isNull)
    }

    @Test("a slice of no list, or with bounds that are no integers, is a TypeError")
    func wrongSlices() throws {
        #expect(
            try failure { try ScalarOperators.slice("abc", from: 0, to: 1) }
                == "TypeError.InvalidArgumentType")
        #expect(
            try failure { try ScalarOperators.slice([1], from: 0.5, to: nil) }
                == "TypeError.InvalidArgumentType")
    }

    @Test("a component is read from maps, temporal values and money")
    func components() throws {
        #expect(try ScalarOperators.component("a", of: ["a": 1]).literalText == "1")
        #expect(try ScalarOperators.component("b", of: ["a": 1]).isNull)
        #expect(try ScalarOperators.component("a", of: .null).isNull)
        let krona = try #require(Currency("SEK"))
        let price = Value.money(try Money(parsing: "12.50", currency: krona))
        #expect(try ScalarOperators.component("currency", of: price).literalText == "'SEK'")
        #expect(try ScalarOperators.component("size", of: price).isNull)
        for odd in [1, 42.45, true, "text", [1]] as [Value] {
            #expect(
                try failure { try ScalarOperators.component("num", of: odd) }
                    == "TypeError.InvalidArgumentType")
        }
    }

    @Test("a value is of a type by its kind, and null of every type but NOT NULL ones")
    func types() {
        let integer = BoundValueType.kinds(.integer, isNotNull: false)
        let solid = BoundValueType.kinds(.integer, isNotNull: true)
        #expect(ScalarOperators.isOfType(1, integer))
        #expect(!ScalarOperators.isOfType(1.0, integer))
        #expect(ScalarOperators.isOfType(.null, integer))
        #expect(!ScalarOperators.isOfType(.null, solid))
        #expect(ScalarOperators.isOfType([1, .null], .list(integer, isNotNull: true)))
        #expect(!ScalarOperators.isOfType([1, .null], .list(solid, isNotNull: true)))
        #expect(!ScalarOperators.isOfType(.null, .list(solid, isNotNull: true)))
        #expect(ScalarOperators.isOfType([], .list(solid, isNotNull: true)))
        let either = BoundValueType.union([solid, .kinds(.string, isNotNull: true)])
        #expect(ScalarOperators.isOfType("a", either))
        #expect(!ScalarOperators.isOfType(true, either))
        #expect(ScalarOperators.isOfType(.null, .null))
        #expect(!ScalarOperators.isOfType(1, .null))
    }

    @Test("every kind of value has a bit of its own among the static kinds")
    func kinds() {
        var seen = StaticType.Kinds([])
        for kind in ValueKind.allCases where kind != .null {
            guard let bit = StaticType.Kinds(kind) else {
                Issue.record("\(kind) has no bit")
                continue
            }
            #expect(seen.isDisjoint(with: bit))
            seen.formUnion(bit)
        }
        #expect(seen == .all)
    }
}
