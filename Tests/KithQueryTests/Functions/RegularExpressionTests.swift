import KithValues
import Testing

@testable import KithQuery

@Suite("Regular expressions")
struct RegularExpressionTests {
    /// Pattern, texts that match as a whole, texts that do not.
    private static let cases: [(String, [String], [String])] = [
        ("", [""], ["a"]),
        ("abc", ["abc"], ["ab", "abcd", "ABC", ""]),
        ("a|bc|", ["a", "bc", ""], ["b", "abc"]),
        (".*", ["", "abc", "😀é"], ["a\nb", "\u{2028}", "\r"]),
        ("(?s).*", ["a\nb"], []),
        ("a.c", ["abc", "a😀c"], ["ac", "a\nc"]),
        ("a*b+c?", ["b", "aabbc", "abbb"], ["a", "aac", "bcc"]),
        ("a{2}", ["aa"], ["a", "aaa"]),
        ("a{2,}", ["aa", "aaaaa"], ["a"]),
        ("a{1,3}?", ["a", "aaa"], ["", "aaaa"]),
        ("(ab){2,3}", ["abab", "ababab"], ["ab", "abababab", "aba"]),
        ("a{0}b", ["b"], ["ab"]),
        ("(|a)+b", ["b", "aab"], ["a"]),
        ("(a*)*", ["", "aaa"], ["b"]),
        ("(a|b*)*c", ["c", "abbac"], ["d"]),
        ("[a-c]+", ["abc"], ["d", ""]),
        ("[^a-c]+", ["d", "é\n"], ["a", "da"]),
        ("[]a]+", ["]a"], ["b"]),
        ("[^]a]", ["b"], ["]", "a"]),
        ("[a-]+", ["a-"], ["b"]),
        ("[-a]+", ["a-"], ["b"]),
        ("[a\\]b]+", ["a]b"], ["\\"]),
        ("[a-z&&[^aeiou]]+", ["xyz"], ["xay"]),
        ("[a-d[m-p]]+", ["admp"], ["e"]),
        ("[\\d.]+", ["1.5"], ["a"]),
        ("[\\w&&\\D]+", ["ab_"], ["a1"]),
        ("[&]", ["&"], ["a"]),
        ("[ä-ö]+", ["äåö"], ["a"]),
        ("\\d+\\D\\w+\\W\\s\\S", ["12xab! c"], ["12345"]),
        ("\\d", ["7"], ["\u{0667}"]),
        ("(?U)\\d", ["7", "\u{0667}"], ["a"]),
        ("\\w+", ["az_09"], ["é"]),
        ("(?U)\\w+", ["Åsa_1"], ["-"]),
        ("\\p{L}+", ["Åsaß"], ["a1"]),
        ("\\p{Lu}\\p{Ll}+", ["Åsa"], ["åsa"]),
        ("\\pL\\PL", ["a1"], ["11"]),
        ("\\P{Alpha}", ["1"], ["a"]),
        ("\\p{IsAlphabetic}+\\p{Punct}", ["é!"], ["1!"]),
        ("\\x41\\u0042\\x{1F600}\\t\\n\\07", ["AB😀\t\n\u{7}"], []),
        ("\\.\\*\\[\\(\\\\", [".*[(\\"], []),
        ("\\Qa.b*\\E+", ["a.b*", "a.b**"], ["axb"]),
        ("\\Q(", ["("], []),
        ("^abc$", ["abc"], ["abc\n"]),
        ("\\Aabc\\z", ["abc"], []),
        ("(?m)a$\\n^b", ["a\nb"], ["a b"]),
        ("a$\\nb", [], ["a\nb"]),
        ("a\\Z\\n", ["a\n"], []),
        ("(?m)a$\\r\\n^b", ["a\r\nb"], []),
        ("\\bab\\b.\\Bc", [], ["ab c"]),
        ("\\bab\\b.\\bc", ["ab c"], []),
        ("(?i)straße", ["STRAßE", "Straße"], ["strasse"]),
        ("(?i)åsa", ["ÅSA", "åsA"], ["asa"]),
        ("(?i)[a-z]+", ["ABC", "aZ"], ["1"]),
        ("(?i)[^a]", ["b"], ["a", "A"]),
        ("(?i)k", ["K", "\u{212A}"], []),
        ("a(?i)b|c", ["ab", "aB", "C"], ["Ab", "AB"]),
        ("(?:a(?i)b)c", ["aBc"], ["aBC"]),
        ("(?i:a)b", ["Ab"], ["AB"]),
        ("(?i)a(?-i)b", ["Ab"], ["AB"]),
        ("(?x) a b # note\n c", ["abc"], ["a b c"]),
        ("(a+)b\\1", ["aabaa"], ["aaba"]),
        ("(?<x>a|b)\\k<x>", ["aa", "bb"], ["ab"]),
        ("(?i)(a)\\1", ["aA"], ["ab"]),
        ("(a)|b\\1", ["a"], ["b", "ba"]),
        ("(?=.*\\d)(?=.*[a-z]).{3,}", ["a1x", "xx1"], ["abc", "123", "a1"]),
        ("(?!foo).*", ["bar", "fo"], ["foobar"]),
        (".*(?<=bar)", ["foobar", "bar"], ["foo"]),
        (".*(?<!bar)", ["foo", ""], ["foobar"]),
        (".*(?<=a|bc).", ["xbcd", "ay"], ["xd"]),
        ("(?<=^|,)a", ["a"], [",a"]),
        ("(?>a+)b", ["aab"], []),
        ("(?>a+)ab", [], ["aaab"]),
        ("a++a", [], ["aaa"]),
        ("a*+b", ["aab"], []),
        ("a?+a", ["aa"], ["a"]),
        ("(?:(?>(a))b|a)c", ["abc", "ac"], ["bc"]),
        ("\\R", ["\r\n", "\n", "\u{85}"], ["a"]),
        ("\\h\\v", [" \n", "\u{A0}\u{2029}"], ["\n "]),
        ("}]", ["}]"], []),
        ("^Kith.*$", ["Kith", "Kith é"], ["a Kith", "Kith\n", "Kith\u{85}"]),
        (".*Kith", ["Kith", "a Kith"], ["Kith a", "\nKith"]),
        ("(?s).*Kith.*", ["a\nKith\r"], ["kith"]),
        (".*(?s:.*)", ["a\n"], []),
        ("(?=(.|.))(?=ab).", [], ["a"]),
        (".*@.*\\.com", ["ada@example.com"], ["ada@example.org"]),
        ("[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}", ["a.b+c@x-y.se"], ["a@b", "@x.se"]),
        ("\\+?\\d{1,3}[ -]?(\\d{2,4}[ -]?){2,4}", ["+46 70-123 45 67"], ["46a"]),
    ]

    @Test("patterns match whole texts and nothing else", arguments: cases.indices)
    func matching(index: Int) throws {
        let (pattern, matching, other) = Self.cases[index]
        let expression = try RegularExpression(pattern)
        for text in matching {
            #expect(try expression.matches(text), "/\(pattern)/ on \(text.debugDescription)")
        }
        for text in other {
            #expect(try !expression.matches(text), "/\(pattern)/ on \(text.debugDescription)")
        }
    }

    @Test(
        "what is no pattern is an ArgumentError that does not show the pattern",
        arguments: [
            "(", ")", "a)", "(a", "[", "[a", "[]", "[^]", "a**", "*a", "+", "?", "a{", "a{,2}",
            "a{2", "a{3,2}", "a{x}", "a{99999999999999999999}", "\\", "a\\", "[a\\", "\\y",
            "\\p{Nope}", "\\p{L", "\\1", "(a)\\2", "\\k<x>", "(?<x>a)(?<x>b)", "(?<1", "(?#a)",
            "(?<=a*)b", "(?<=(a)\\1)b", "[z-a]", "[a-\\d]", "\\xZZ", "\\u12", "\\x{110000}",
            "\\uD800", "\\0", "(?z)", "a{2}{3}", "{1}", "[a&&]",
        ])
    func invalid(pattern: String) throws {
        do {
            _ = try RegularExpression(pattern)
            Issue.record("/\(pattern)/ was compiled")
        } catch {
            #expect(error.type == .argumentError)
            #expect(error.message.hasPrefix("the regular expression"))
        }
    }

    @Test("patterns that are too large or too deep are refused")
    func limits() throws {
        let depth = FunctionLimits.patternDepthMax
        func nested(_ count: Int) -> String {
            String(repeating: "(", count: count) + "a" + String(repeating: ")", count: count)
        }
        #expect(try RegularExpression(nested(depth - 1)).matches("a"))
        #expect(throws: ValueError.self) { try RegularExpression(nested(depth)) }
        #expect(throws: ValueError.self) {
            try RegularExpression(String(repeating: "[", count: 100_000))
        }
        #expect(throws: ValueError.self) { try RegularExpression("((a{1000}){1000}){1000}") }
        #expect(try RegularExpression("(?:(?:){60000}){60000}").matches(""))
        #expect(try RegularExpression(".{0,2000}").matches(String(repeating: "x", count: 2000)))
    }

    @Test("patterns that make backtracking explode take few steps")
    func bounded() throws {
        let text = String(repeating: "a", count: 2_000)
        for pattern in ["(a*)*b", "(a|aa)+b", "(a+)+b", "(.*.*.*.*)*b", "(a?){100}b"] {
            let expression = try RegularExpression(pattern)
            #expect(try !expression.matches(text, stepCountMax: 20_000_000), "/\(pattern)/")
            #expect(try expression.matches(text + "b") || pattern == "(a?){100}b", "/\(pattern)/")
        }
    }

    @Test("patterns that cannot be bounded stop with a ResourceError")
    func stopped() throws {
        let text = String(repeating: "a", count: 40)
        for pattern in ["(a+)+\\1b", "(?=(a+)+b)a*", "(?>(a+)+b)"] {
            let expression = try RegularExpression(pattern)
            do {
                _ = try expression.matches(text, stepCountMax: 100_000)
                Issue.record("/\(pattern)/ came to an end")
            } catch {
                #expect(error.type == .resourceError)
            }
        }
    }

    @Test("a loop over nothing ends where nothing is remembered, too")
    func emptyLoops() throws {
        #expect(try RegularExpression("(?=(a*)*)(a|())*b").matches("aab"))
        #expect(try RegularExpression("(?=x)?(()*)*\\2").matches(""))
    }

    @Test("the operator is null unless both sides are strings, and caches patterns")
    func matchesOperator() throws {
        #expect(try ScalarOperators.matches("abc", "a.c").literalText == "true")
        #expect(try ScalarOperators.matches("abcd", "a.c").literalText == "false")
        for odd in [.null, 1, [], true] as [Value] {
            #expect(try ScalarOperators.matches(odd, "a").isNull)
            #expect(try ScalarOperators.matches("a", odd).isNull)
        }
        let cache = RegularExpressionCache()
        for round in 0..<3 {
            for number in 0..<(FunctionLimits.cachedPatternCountMax + 10) {
                let found = try ScalarOperators.matches(
                    .string("\(number)"), .string("\(number)"), cache: cache)
                #expect(found.literalText == "true", "round \(round)")
            }
        }
        #expect(
            try failure { try ScalarOperators.matches("a", "(") }
                == "ArgumentError.InvalidArgumentValue")
    }
}
