import Testing

@testable import KithLanguage

@Suite("Suggestions")
struct SuggestionTests {
    static let functions = [
        "abs", "avg", "coalesce", "collect", "count", "date", "datetime", "head", "last", "left",
        "ln", "log", "max", "min", "size", "substring", "sum", "toFloat", "toInteger", "toUpper",
        "type",
    ]

    @Test(
        "find what was meant",
        arguments: [
            ("cuont", "count"), ("coun", "count"), ("countt", "count"), ("toUper", "toUpper"),
            ("TOUPPER", "toUpper"), ("toInt", "toInteger"), ("subst", "substring"),
            ("colect", "collect"), ("coalsece", "coalesce"), ("tpye", "type"), ("sun", "sum"),
            ("smu", "sum"), ("mni", "min"), ("dat", "date"), ("tointegr", "toInteger"),
            ("subtsrnig", "substring"),
        ])
    func near(word: String, meant: String) {
        #expect(Suggestions.nearest(to: word, among: Self.functions).first == meant)
    }

    @Test(
        "do not guess at what is far off",
        arguments: [
            "lpad", "point", "foo", "a", "x", "bum", "mean", "now", "split", "reduce", "geo",
            "xyz", "",
        ])
    func far(word: String) {
        #expect(Suggestions.nearest(to: word, among: Self.functions).isEmpty)
    }

    @Test("of short names share the first letter, or are two neighbours exchanged")
    func shortNames() {
        #expect(Suggestions.nearest(to: "a", among: ["b", "c", "n"]).isEmpty)
        #expect(Suggestions.nearest(to: "n", among: ["m", "n1", "x"]) == ["n1"])
        #expect(Suggestions.nearest(to: "YB", among: ["BY", "AS"]) == ["BY"])
        #expect(Suggestions.nearest(to: "A", among: ["a"]) == ["a"])
    }

    @Test("within a family differ in what follows it, and across families in all")
    func families() {
        let names = ["algo.kCore", "algo.pageRank", "algo.wcc", "date.truncate"]
        #expect(Suggestions.nearest(to: "algo.nope", among: names).isEmpty)
        #expect(Suggestions.nearest(to: "algo.pagerak", among: names) == ["algo.pageRank"])
        #expect(Suggestions.nearest(to: "alog.pageRank", among: names) == ["algo.pageRank"])
        #expect(Suggestions.nearest(to: "date.truncat", among: names) == ["date.truncate"])
    }

    @Test("are at most three, the nearest first")
    func order() {
        let names = ["customers", "custom", "Customer", "customer2", "costumer", "cust"]
        #expect(
            Suggestions.nearest(to: "customer", among: names)
                == ["Customer", "customers", "customer2"])
    }
}
