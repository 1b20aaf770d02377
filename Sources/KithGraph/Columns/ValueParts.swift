import KithValues

/// Values that all are times, durations or amounts of one kind, as runs of the integers that they
/// consist of.
///
/// | bytes | what |
/// | --- | --- |
/// | 1 | ``Kind`` |
/// | … | dates with time: varint length and UTF-8 of the zone's name that all have, 0 for none |
/// | 1 | amounts: decimal places of the integers |
/// | … | for each part: its encoding (1), one of those of integers, and the integers |
enum ValueParts {
    /// What the values are. On disk: never renumber.
    enum Kind: UInt8 {
        /// Nanosecond of the day.
        case localTime = 1
        /// Nanosecond of the day, offset in seconds.
        case time = 2
        /// Seconds, nanosecond.
        case localDateTime = 3
        /// Seconds, nanosecond, offset in seconds.
        case dateTime = 4
        /// Months, days, seconds, nanosecond.
        case duration = 5
        /// Integer, currency.
        case money = 6

        var partCount: Int {
            switch self {
            case .localTime: 1
            case .time, .localDateTime, .money: 2
            case .dateTime: 3
            case .duration: 4
            }
        }

        init?(_ value: Value) {
            switch value {
            case .localTime: self = .localTime
            case .time: self = .time
            case .localDateTime: self = .localDateTime
            case .dateTime: self = .dateTime
            case .duration: self = .duration
            case .money: self = .money
            default: return nil
            }
        }
    }

    /// Appends values, at least one, if they can be taken apart; says whether they were.
    static func append(_ values: [Value], to bytes: inout [UInt8]) -> Bool {
        guard let first = values.first, let kind = Kind(first) else { return false }
        var zone: ZoneName?
        if case .dateTime(let zoned) = first { zone = zoned.zone }
        let places = kind == .money ? decimalPlaces(of: values) : 0
        guard let places else { return false }
        var parts = [[Int64]](repeating: [], count: kind.partCount)
        for part in parts.indices { parts[part].reserveCapacity(values.count) }
        for value in values {
            guard Kind(value) == kind else { return false }
            if case .dateTime(let zoned) = value, zoned.zone != zone { return false }
            append(value, places: places, to: &parts)
        }
        bytes.append(kind.rawValue)
        if kind == .dateTime {
            let name = Array((zone?.text ?? "").utf8)
            bytes.appendVarint(name.count)
            bytes.append(contentsOf: name)
        }
        if kind == .money { bytes.append(UInt8(places)) }
        for part in parts {
            let start = bytes.count
            bytes.append(0)
            var zone = SegmentZone()
            let encoding = part.withUnsafeBufferPointer { numbers in
                numbers.baseAddress.map {
                    IntegerEncoder.append($0, numbers.count, to: &bytes, zone: &zone)
                }
            }
            bytes[start] = (encoding ?? .constant).rawValue
        }
        return true
    }

    private static func append(_ value: Value, places: Int, to parts: inout [[Int64]]) {
        switch value {
        case .localTime(let time): parts[0].append(time.nanosecondOfDay)
        case .time(let time):
            parts[0].append(time.local.nanosecondOfDay)
            parts[1].append(Int64(time.offsetInSeconds))
        case .localDateTime(let local):
            parts[0].append(local.secondsSinceEpoch)
            parts[1].append(Int64(local.nanosecond))
        case .dateTime(let zoned):
            parts[0].append(zoned.secondsSinceEpoch)
            parts[1].append(Int64(zoned.nanosecond))
            parts[2].append(Int64(zoned.offsetInSeconds))
        case .duration(let duration):
            parts[0].append(duration.months)
            parts[1].append(duration.days)
            parts[2].append(duration.seconds)
            parts[3].append(Int64(duration.nanosecond))
        case .money(let money):
            parts[0].append(Int64(money.parts / power(Money.decimalPlacesMax - places)))
            parts[1].append(Int64(money.currency.number))
        default: preconditionFailure("the kind was checked")
        }
    }

    /// The fewest decimal places that all amounts can do with; nil if one of them then is too large
    /// for 64 bits.
    private static func decimalPlaces(of values: [Value]) -> Int? {
        var places = 0
        for case .money(let money) in values {
            while money.parts % power(Money.decimalPlacesMax - places) != 0 { places += 1 }
        }
        for case .money(let money) in values {
            guard Int64(exactly: money.parts / power(Money.decimalPlacesMax - places)) != nil
            else { return nil }
        }
        return places
    }

    static func power(_ exponent: Int) -> Int128 {
        var result: Int128 = 1
        for _ in 0..<exponent { result *= 10 }
        return result
    }
}

/// Reads values that were taken apart, all or one of them.
struct ValuePartsReader {
    private let kind: ValueParts.Kind
    private let zone: ZoneName?
    /// What an amount's integer is multiplied with.
    private let factor: Int128
    private var runs: [NumberRun] = []
    private let count: Int

    init(_ view: SegmentView) throws(GraphError) {
        var reader = ByteReader(view.payload)
        guard let kind = ValueParts.Kind(rawValue: try reader.byte()) else { throw Self.damaged }
        self.kind = kind
        count = view.valueCount
        var zone: ZoneName?
        if kind == .dateTime {
            let length = try reader.count(max: 100)
            let text = String(decoding: try reader.take(length), as: UTF8.self)
            zone = ZoneName(text)
            guard length == 0 || zone != nil else { throw Self.damaged }
        }
        self.zone = zone
        let places = kind == .money ? Int(try reader.byte()) : 0
        guard places <= Money.decimalPlacesMax else { throw Self.damaged }
        factor = ValueParts.power(Money.decimalPlacesMax - places)
        for _ in 0..<kind.partCount {
            guard let encoding = SegmentEncoding(rawValue: try reader.byte()) else {
                throw Self.damaged
            }
            runs.append(
                try NumberRun(encoding, isFloat: false, count: view.valueCount, &reader))
        }
    }

    private static let damaged = GraphError.corrupt("a segment of times or amounts is damaged")

    /// All values, one after another.
    func values() throws(GraphError) -> [Value] {
        var parts: [[UInt64]] = []
        for run in runs {
            parts.append(
                [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
                    if let base = buffer.baseAddress { run.decode(into: base) }
                    initialized = count
                })
        }
        var values: [Value] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            let value = value { Int64(bitPattern: parts[$0][index]) }
            guard let value else { throw Self.damaged }
            values.append(value)
        }
        return values
    }

    /// One value.
    func value(at index: Int) throws(GraphError) -> Value {
        let value = value { Int64(bitPattern: runs[$0].value(at: index)) }
        guard let value else { throw Self.damaged }
        return value
    }

    /// The value that consists of these parts; nil if there is none.
    @inline(__always)
    private func value(_ part: (Int) -> Int64) -> Value? {
        switch kind {
        case .localTime: return LocalTime(exactly: part(0)).map { .localTime($0) }
        case .time:
            guard let local = LocalTime(exactly: part(0)), let offset = Int32(exactly: part(1)),
                offset.magnitude <= UInt32(TemporalLimits.offsetMaxInSeconds)
            else { return nil }
            return .time(ZonedTime(local: local, offsetInSeconds: offset))
        case .localDateTime:
            return LocalDateTime(exactlySeconds: part(0), nanosecond: part(1))
                .map { .localDateTime($0) }
        case .dateTime:
            return ZonedDateTime(
                exactlySeconds: part(0), nanosecond: part(1), offsetInSeconds: part(2), zone: zone
            ).map { .dateTime($0) }
        case .duration:
            let nanosecond = part(3)
            guard nanosecond >= 0, nanosecond < 1_000_000_000 else { return nil }
            return .duration(
                CalendarDuration(
                    months: part(0), days: part(1), seconds: part(2),
                    nanosecond: Int32(nanosecond)))
        case .money:
            guard let number = UInt16(exactly: part(1)), let currency = Currency(number: number)
            else { return nil }
            return .money(Money(parts: Int128(part(0)) * factor, currency: currency))
        }
    }
}
