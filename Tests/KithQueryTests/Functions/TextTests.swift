import KithQuery
import KithValues
import Testing

@Suite("Functions of strings")
struct TextTests {
    @Test("positions and lengths count Unicode scalars")
    func positions() throws {
        #expect(try text("left", "héllo", 2) == "'hé'")
        #expect(try text("left", "ab", 5) == "'ab'")
        #expect(try text("right", "héllo", 4) == "'éllo'")
        #expect(try text("right", "ab", 0) == "''")
        #expect(try text("substring", "0123456789", 1) == "'123456789'")
        #expect(try text("substring", "😀é€a", 1, 2) == "'é€'")
        #expect(try text("substring", "abc", 7) == "''")
        #expect(try text("substring", "abc", 1, .integer(.max)) == "'bc'")
        #expect(try text("size", "e\u{301}😀") == "3")
        #expect(try text("char_length", "héé") == "3")
        #expect(try text("character_length", "") == "0")
        #expect(try text("reverse", "raksO") == "'Oskar'")
        #expect(try text("reverse", "a😀é") == "'é😀a'")
    }

    @Test("a negative length or start is out of range")
    func negativePositions() throws {
        #expect(try failure("left", "a", -1) == "ArgumentError.NumberOutOfRange")
        #expect(try failure("right", "a", -1) == "ArgumentError.NumberOutOfRange")
        #expect(try failure("substring", "a", -1) == "ArgumentError.NumberOutOfRange")
        #expect(try failure("substring", "a", 0, -1) == "ArgumentError.NumberOutOfRange")
        #expect(try failure("left", 1, 1) == "TypeError.InvalidArgumentType")
        #expect(try failure("left", "a", "b") == "TypeError.InvalidArgumentType")
    }

    @Test("split cuts at every delimiter")
    func splitting() throws {
        #expect(try text("split", "one1two", "1") == "['one', 'two']")
        #expect(try text("split", ",a,,b,", ",") == "['', 'a', '', 'b', '']")
        #expect(try text("split", "", ",") == "['']")
        #expect(try text("split", "aé", "") == "['a', 'é']")
        #expect(try text("split", "a, b;c", [", ", ";"]) == "['a', 'b', 'c']")
        #expect(try call("split", .null, ",").isNull)
        #expect(try failure("split", "a", [1]) == "TypeError.InvalidArgumentType")
    }

    @Test("replace replaces from left to right, and nothing by nothing")
    func replacing() throws {
        #expect(try text("replace", "hello", "l", "w") == "'hewwo'")
        #expect(try text("replace", "aaa", "aa", "b") == "'ba'")
        #expect(try text("replace", "abc", "", "x") == "'abc'")
        #expect(try text("replace", "abc", "abc", "") == "''")
    }

    @Test("a replacement that would fill the memory is an error")
    func replacingTooMuch() throws {
        let many = Value.string(String(repeating: "a", count: 20_000))
        #expect(try failure("replace", many, "a", many) == "ResourceError.StringTooLong")
    }

    @Test("trimming removes white space of Unicode, or the characters given")
    func trimming() throws {
        #expect(try text("trim", "\u{A0} \t a b \n\u{2003}") == "'a b'")
        #expect(try text("ltrim", "  a ") == "'a '")
        #expect(try text("rtrim", "  a ") == "'  a'")
        #expect(try text("btrim", "xxaxbyx", "xy") == "'axb'")
        #expect(try text("ltrim", "xyax", "xy") == "'ax'")
        #expect(try text("trim", "   ") == "''")
        #expect(try call("btrim", "a", .null).isNull)
    }

    @Test("case follows Unicode, without a locale")
    func cases() throws {
        #expect(try text("toUpper", "straße é i") == "'STRASSE É I'")
        #expect(try text("toLower", "ÀÉ ABC xyz[]") == "'àé abc xyz[]'")
        #expect(try text("upper", "az{`@[") == "'AZ{`@['")
        #expect(try text("lower", "AZ") == "'az'")
        #expect(try call("toUpper", .null).isNull)
        #expect(try failure("toUpper", 1) == "TypeError.InvalidArgumentType")
    }
}
