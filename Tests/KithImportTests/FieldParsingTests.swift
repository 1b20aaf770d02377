import KithValues
import Testing

@testable import KithGraph

struct FieldParsingTests {
    func with<T>(_ text: String, _ body: (UnsafePointer<UInt8>, Int) -> T?) -> T? {
        var bytes = Array(text.utf8)
        let count = bytes.count
        bytes += [0]
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap { body($0, count) }
        }
    }

    @Test("reads every 64-bit integer and nothing beyond")
    func integers() {
        for value: Int64 in [0, 1, -1, 999_999_999_999_999_999, .max, .min, .max - 1] {
            #expect(with("\(value)", FieldNumbers.integer) == value)
        }
        #expect(with("+7", FieldNumbers.integer) == 7)
        #expect(with("0000000000000000000007", FieldNumbers.integer) == 7)
        for text in [
            "", "-", "+", "1.0", "1e3", "9223372036854775808", "-9223372036854775809", "1 2",
        ] {
            #expect(with(text, FieldNumbers.integer) == nil, "\(text)")
        }
    }

    @Test("reads integers eight digits at a time like one at a time")
    func paddedIntegers() {
        var state: UInt64 = 88
        func random(_ limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        for _ in 0..<20_000 {
            let length = Int(random(21))
            var text = (0..<length).map { _ in UInt8(ascii: "0") + UInt8(random(10)) }
            if length > 0, random(4) == 0 {
                text[Int(random(UInt64(length)))] = UInt8(random(256))
            }
            if length > 0, random(8) == 0 { text[0] = UInt8(ascii: "-") }
            let padded = text + (0..<16).map { _ in UInt8(random(256)) }
            padded.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                #expect(
                    FieldNumbers.paddedInteger(base, length)
                        == FieldNumbers.integer(base, length), "\(text)")
            }
        }
    }

    @Test("reads doubles to the last bit")
    func doubles() {
        let texts = [
            "0", "-0", "0.1", "3.14159", "1e300", "5e-324", "1.7976931348623157e308", ".5", "5.",
            "123456789012345678", "0.30000000000000004", "9007199254740993", "1E5", "-12.5e-3",
            "2.2250738585072011e-308", "123456789012345.6",
        ]
        for text in texts {
            let expected = Double(text == "5." ? "5.0" : text == ".5" ? "0.5" : text)
            #expect(with(text, FieldNumbers.double)?.bitPattern == expected?.bitPattern, "\(text)")
        }
        var random = SplitMix(state: 7)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(with("\(value)", FieldNumbers.double)?.bitPattern == value.bitPattern)
            let short = Double(Int64(random.below(2_000_000)) - 1_000_000) / 1000
            #expect(with("\(short)", FieldNumbers.double) == short)
        }
        #expect(with("nan", FieldNumbers.double)?.isNaN == true)
        #expect(with("-Infinity", FieldNumbers.double) == -.infinity)
        for text in ["", ".", "-", "1,5", "0x1p3", "1e", "1.2.3", "abc", "1_0"] {
            #expect(with(text, FieldNumbers.double) == nil, "\(text)")
            #expect(with(text, FieldNumbers.isBeyondDoubles) == false, "\(text)")
        }
        let digits = String(repeating: "9", count: 400)
        for text in ["1e400", "-1.5e309", digits, digits + ".5"] {
            #expect(with(text, FieldNumbers.double) == nil, "\(text)")
            #expect(with(text, FieldNumbers.isBeyondDoubles) == true, "\(text)")
        }
        #expect(with("1e-400", FieldNumbers.double) == 0)
    }

    @Test("reads booleans in their usual spellings")
    func booleans() {
        for text in ["true", "TRUE", "t", "1", "yes", "Y"] {
            #expect(with(text, FieldNumbers.boolean) == true)
        }
        for text in ["false", "False", "F", "0", "no", "N"] {
            #expect(with(text, FieldNumbers.boolean) == false)
        }
        for text in ["", "tru", "truee", "2", "ja"] {
            #expect(with(text, FieldNumbers.boolean) == nil, "\(text)")
        }
    }

    @Test("reads days that exist and no others")
    func dates() {
        #expect(with("1970-01-01") { FieldTimes.date($0, $1) } == 0)
        #expect(with("2000-02-29") { FieldTimes.date($0, $1) } == 11_016)
        #expect(with("1600-03-01") { FieldTimes.date($0, $1) } == -135_080)
        #expect(with("0000-01-01") { FieldTimes.date($0, $1) } == -719_528)
        #expect(with("20240229") { FieldTimes.date($0, $1, allowsBasic: true) } == 19_782)
        for text in [
            "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-1-1", "20240229",
        ] {
            #expect(with(text) { FieldTimes.date($0, $1) } == nil, "\(text)")
        }
        var days: Int64 = -719_528
        for year in 0..<2400 {
            for month in 1...12 {
                let text = pad(year, 4) + "-" + pad(month, 2) + "-01"
                #expect(with(text) { FieldTimes.date($0, $1) } == days)
                let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
                days += [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
            }
        }
    }

    @Test("reads dates with times and offsets")
    func dateTimes() {
        func read(_ text: String) -> (Int64, Int32?)? {
            with(text, FieldTimes.dateAndTime).map {
                ($0.zoned.secondsSinceEpoch, $0.offsetInSeconds)
            }
        }
        #expect(read("1970-01-02T00:00:01Z") ?? (0, 9) == (86_401, 0))
        #expect(read("1970-01-01 01:00:00.000") ?? (0, 9) == (3600, nil))
        #expect(read("1970-01-01T01:00+01:00") ?? (1, 9) == (0, 3600))
        #expect(read("1970-01-01T01:00:00-0130") ?? (1, 9) == (9000, -5400))
        #expect(
            with("1970-01-01T00:00:00.123456789", FieldTimes.dateAndTime)?.local.nanosecond
                == 123_456_789)
        for text in ["1970-01-01", "1970-01-01T24:00", "1970-01-01T1:00", "1970-01-01T10:00x"] {
            #expect(read(text) == nil, "\(text)")
        }
    }

    @Test("reads amounts exactly")
    func money() {
        let unit: Int128 = 1_000_000_000_000_000_000
        #expect(with("12.50", FieldNumbers.moneyParts) == unit * 25 / 2)
        #expect(with("-0.000000000000000001", FieldNumbers.moneyParts) == -1)
        for text in ["", ".", "1e3", "0.0000000000000000001", "9999999999999999999999999999999"] {
            #expect(with(text, FieldNumbers.moneyParts) == nil, "\(text)")
        }
    }

    @Test("accepts exactly the UTF-8 that the standard library accepts")
    func validity() {
        var random = SplitMix(state: 11)
        for _ in 0..<30_000 {
            let leads: [UInt8] = [
                0x41, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0x80, 0x9F, 0xA0, 0xBF, 0x8F, 0x90, 0xFF,
            ]
            let bytes = (0..<(1 + random.below(6))).map { _ in leads[random.below(leads.count)] }
            let expected = String(validating: bytes, as: UTF8.self) != nil
            let found = bytes.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { FieldText.isUTF8($0, buffer.count) } ?? true
            }
            #expect(found == expected, "\(bytes)")
        }
    }

    private func pad(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
