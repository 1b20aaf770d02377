import KithValues

/// A small generator of pseudo-random numbers, the same for a seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Value {
    /// A random value; few different ones of each kind, so that equal ones are common.
    static func random(
        using generator: inout SeededGenerator, depth: Int = 2, allowsEntities: Bool = true
    ) -> Value {
        switch Int.random(in: 0..<(allowsEntities ? 19 : 15), using: &generator) {
        case 0: return .null
        case 1: return .boolean(.random(using: &generator))
        case 2, 3: return .integer(randomInteger(&generator))
        case 4, 5: return .float(randomFloat(&generator))
        case 6: return .string(randomString(&generator))
        case 7: return .date(randomDate(&generator))
        case 8: return .localTime(randomTime(&generator))
        case 9: return .time(randomZonedTime(&generator))
        case 10:
            return .localDateTime(
                LocalDateTime(date: randomDate(&generator), time: randomTime(&generator)))
        case 11: return randomDateTime(&generator)
        case 12: return .duration(randomDuration(&generator))
        case 13: return .money(randomMoney(&generator))
        case 14:
            guard depth > 0 else { return .list([]) }
            return .list(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    random(using: &generator, depth: depth - 1, allowsEntities: allowsEntities)
                })
        case 15:
            guard depth > 0 else { return .map(ValueMap()) }
            var map = ValueMap()
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                map[randomString(&generator)] = random(using: &generator, depth: depth - 1)
            }
            return .map(map)
        case 16: return .node(NodeID(rawValue: .random(in: 0..<4, using: &generator)))
        case 17:
            return .relationship(RelationshipID(rawValue: .random(in: 0..<4, using: &generator)))
        default:
            let length = Int.random(in: 0...2, using: &generator)
            return .path(
                PathValue(
                    nodes: (0...length).map { _ in
                        NodeID(rawValue: .random(in: 0..<3, using: &generator))
                    },
                    relationships: (0..<length).map { _ in
                        RelationshipID(rawValue: .random(in: 0..<3, using: &generator))
                    }))
        }
    }

    static func randomInteger(_ generator: inout SeededGenerator) -> Int64 {
        let special: [Int64] = [
            0, 1, -1, 2, .max, .min, .max - 1, .min + 1, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1,
            4_611_686_018_427_387_905, 9_007_199_254_740_993,
        ]
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: return special.randomElement(using: &generator) ?? 0
        case 1: return .random(in: -5...5, using: &generator)
        default: return .random(in: .min ... .max, using: &generator)
        }
    }

    static func randomFloat(_ generator: inout SeededGenerator) -> Double {
        let special: [Double] = [
            0, -0.0, 1, -1, 0.5, .nan, .infinity, -.infinity, 0x1p53, 0x1p63, -0x1p63, 1e300,
            .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 9_007_199_254_740_994,
            .greatestFiniteMagnitude,
        ]
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: return special.randomElement(using: &generator) ?? 0
        case 1: return Double(Int64.random(in: -10...10, using: &generator)) / 4
        default: return Double(bitPattern: .random(in: .min ... .max, using: &generator))
        }
    }

    static func randomString(_ generator: inout SeededGenerator) -> String {
        let pieces = ["a", "b", "\0", "\u{1}", "é", "e\u{301}", "کیت", "𝄞", "\u{FFFF}", "z"]
        return (0..<Int.random(in: 0...3, using: &generator))
            .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    static func randomDate(_ generator: inout SeededGenerator) -> CalendarDate {
        let isNear = Bool.random(using: &generator)
        let days =
            isNear
            ? Int64.random(in: -3...3, using: &generator)
            : .random(in: CalendarDate.daysMin...CalendarDate.daysMax, using: &generator)
        // Kept a day away from the ends, so that any offset leads to a valid date.
        return CalendarDate(
            daysSinceEpoch: min(max(days, CalendarDate.daysMin + 1), CalendarDate.daysMax - 1))
    }

    static func randomTime(_ generator: inout SeededGenerator) -> LocalTime {
        LocalTime(
            nanosecondOfDay: Bool.random(using: &generator)
                ? .random(in: 0..<4, using: &generator) * 3_600_000_000_000
                : .random(in: 0..<86_400_000_000_000, using: &generator))
    }

    static func randomOffset(_ generator: inout SeededGenerator) -> Int32 {
        [0, 3_600, -3_600, 7_200, 3_208, -64_800, 64_800].randomElement(using: &generator) ?? 0
    }

    static func randomZonedTime(_ generator: inout SeededGenerator) -> ZonedTime {
        ZonedTime(local: randomTime(&generator), offsetInSeconds: randomOffset(&generator))
    }

    static func randomDateTime(_ generator: inout SeededGenerator) -> Value {
        let local = LocalDateTime(date: randomDate(&generator), time: randomTime(&generator))
        let offset = randomOffset(&generator)
        let zone = Bool.random(using: &generator) ? ZoneName("Test/Zone") : nil
        guard
            let zoned = ZonedDateTime(
                exactlySeconds: local.secondsSinceEpoch - Int64(offset),
                nanosecond: Int64(local.nanosecond), offsetInSeconds: Int64(offset), zone: zone)
        else { return .null }
        return .dateTime(zoned)
    }

    static func randomDuration(_ generator: inout SeededGenerator) -> CalendarDuration {
        func part(_ generator: inout SeededGenerator) -> Int64 {
            .random(in: -40...40, using: &generator)
        }
        return CalendarDuration(
            months: part(&generator), days: part(&generator),
            seconds: part(&generator) * 43_200,
            nanosecond: .random(in: 0...1, using: &generator) * 500_000_000)
    }

    static func randomMoney(_ generator: inout SeededGenerator) -> Money {
        let parts: Int128 =
            Bool.random(using: &generator)
            ? Int128.random(in: -3...3, using: &generator) * Money.partsPerUnit
            : .random(in: .min ... .max, using: &generator)
        let currency = Currency(["EUR", "USD", "IRR"].randomElement(using: &generator) ?? "EUR")
        guard let currency else { preconditionFailure("these are codes of currencies") }
        return Money(parts: parts, currency: currency)
    }
}
