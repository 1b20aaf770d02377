import KithValues
import Testing

@Suite("Money")
struct MoneyTests {
    private func money(_ text: String) throws -> Money { try Money(parsing: text) }

    @Test(
        "amounts read and write exactly",
        arguments: [
            ("12.50 EUR", "12.50 EUR"), ("12.5 EUR", "12.50 EUR"), ("-0.01 USD", "-0.01 USD"),
            ("1265793.0395 USD", "1265793.0395 USD"), ("100 JPY", "100 JPY"),
            ("1 KWD", "1.000 KWD"), ("0.000000000000000001 EUR", "0.000000000000000001 EUR"),
            ("+7 EUR", "7.00 EUR"), ("1e3 EUR", "1000.00 EUR"), ("0 EUR", "0.00 EUR"),
            (
                "170141183460469231731.687303715884105727 EUR",
                "170141183460469231731.687303715884105727 EUR"
            ),
        ])
    func readsAndWrites(text: String, expected: String) throws {
        #expect(try money(text).description == expected)
        #expect(try money(expected) == money(text))
    }

    @Test(
        "what is no amount is refused",
        arguments: [
            "", "12.50", "EUR", "12,50 EUR", "1 eur", "1 EURO", "1  EUR", "x EUR",
            "0.0000000000000000001 EUR", "170141183460469231731.687303715884105728 EUR",
            "1e21 EUR", "NaN EUR", "1 EUR ",
        ])
    func refuses(text: String) {
        #expect(throws: ValueError.self) { try Money(parsing: text) }
    }

    @Test("two currencies do not add, subtract or divide")
    func currenciesStayApart() throws {
        let euro = try money("1 EUR")
        let dollar = try money("1 USD")
        #expect(throws: ValueError.currencyMismatch) { try euro.adding(dollar) }
        #expect(throws: ValueError.currencyMismatch) { try euro.subtracting(dollar) }
        #expect(throws: ValueError.currencyMismatch) { try euro.divided(by: dollar) }
        #expect(Value.cypherEquals(.money(euro), .money(dollar)) == .no)
        #expect(Value.isLess(.money(euro), .money(dollar)) == .unknown)
    }

    @Test("a float counts as the decimal number that it shows")
    func floatsAreTheirText() throws {
        #expect(try money("100 EUR").multiplied(by: 0.1).description == "10.00 EUR")
        #expect(try money("3 EUR").multiplied(by: 1.1).description == "3.30 EUR")
        #expect(try money("14.00 USD").multiplied(by: 0.15).description == "2.10 USD")
        #expect(try money("1 EUR").multiplied(by: 1e-18).description == "0.000000000000000001 EUR")
        #expect(try money("5 EUR").multiplied(by: 1e-300).description == "0.00 EUR")
        #expect(try money("0 EUR").multiplied(by: 1e300).description == "0.00 EUR")
        #expect(try money("1e-18 EUR").multiplied(by: 1e20).description == "100.00 EUR")
        #expect(try money("1 EUR").divided(by: 0.1).description == "10.00 EUR")
        #expect(try money("1 EUR").divided(by: 1e300).description == "0.00 EUR")
    }

    @Test("results round half to even at 18 places")
    func rounds() throws {
        let smallest = "0.000000000000000001 EUR"
        #expect(
            try money("1 EUR").divided(by: Int64(3)).description == "0.333333333333333333 EUR")
        #expect(
            try money("2 EUR").divided(by: Int64(3)).description == "0.666666666666666667 EUR")
        #expect(try money(smallest).divided(by: Int64(2)).description == "0.00 EUR")
        #expect(
            try money("0.000000000000000003 EUR").divided(by: Int64(2)).description
                == "0.000000000000000002 EUR")
        #expect(try money(smallest).multiplied(by: 0.5).description == "0.00 EUR")
        #expect(try money(smallest).multiplied(by: 0.51).description == smallest)
        #expect(
            try money("-0.000000000000000003 EUR").multiplied(by: 0.5).description
                == "-0.000000000000000002 EUR")
    }

    @Test("division by zero and overflow are errors")
    func failures() throws {
        let most = Money(parts: .max, currency: try money("1 EUR").currency)
        let smallest = Money(parts: 1, currency: most.currency)
        #expect(throws: ValueError.divisionByZero) { try most.divided(by: Int64(0)) }
        #expect(throws: ValueError.divisionByZero) { try most.divided(by: 0.0) }
        #expect(throws: ValueError.moneyOverflow) { try most.adding(smallest) }
        #expect(throws: ValueError.moneyOverflow) { try most.multiplied(by: Int64(2)) }
        #expect(throws: ValueError.moneyOverflow) { try most.multiplied(by: 1.5) }
        #expect(throws: ValueError.moneyOverflow) { try most.divided(by: 0.5) }
        #expect(throws: ValueError.self) { try most.multiplied(by: Double.nan) }
        #expect(throws: ValueError.moneyOverflow) {
            try Money(parts: .min, currency: most.currency).negated()
        }
    }

    @Test("a currency is one that ISO 4217 lists, but a stored one stays what it is")
    func currencies() throws {
        for code in ["EUR", "IRR", "JPY", "XXX", "DEM"] { #expect(Currency(code)?.code == code) }
        for code in ["XYZ", "EURO", "EU", "eur", "E R", "", "ÄUR"] {
            #expect(Currency(code) == nil)
        }
        #expect(throws: ValueError.self) { try money("1 XYZ") }
        let number = try #require(Currency("EUR")?.number)
        #expect(Currency(number: number)?.code == "EUR")
        #expect(Currency(number: 23 * 676 + 24 * 26 + 25)?.code == "XYZ")
        #expect(Currency(number: 26 * 26 * 26) == nil)
    }

    @Test("money over money is a number")
    func ratio() throws {
        #expect(try money("1 EUR").divided(by: money("4 EUR")) == 0.25)
        #expect(try money("-0.3 EUR").divided(by: money("0.1 EUR")) == -3)
        #expect(try money("1265793.0395 EUR").divided(by: money("1265793.0395 EUR")) == 1)
    }

    @Test("sums of amounts are exact, whatever their order", arguments: [41, 42] as [UInt64])
    func sumsAreExact(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        guard let euro = Currency("EUR") else { return }
        var cents: Int128 = 0
        var total = Money(units: 0, currency: euro)
        for _ in 0..<2_000 {
            let amount = Int128.random(in: -1_000_000...1_000_000, using: &generator)
            cents += amount
            total = try total.adding(
                Money(parts: amount * (Money.partsPerUnit / 100), currency: euro))
        }
        #expect(total.parts == cents * (Money.partsPerUnit / 100), "seed \(seed)")
    }
}
