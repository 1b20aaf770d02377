import KithValues

/// Values of one property in the order in which they were loaded, however many.
final class LoadedColumn {
    private(set) var layout = Column.Layout.null
    private(set) var count = 0
    /// Integers, floats, dates and truth values, 64 bits each.
    private(set) var words: [UInt64] = []
    /// For strings: where each one ends in ``bytes``.
    private(set) var ends: [Int] = []
    private(set) var bytes: [UInt8] = []
    private(set) var tagged: [Value] = []
    /// A byte a value, 0 for none; empty while all have one.
    private(set) var validity: [UInt8] = []

    init() {}

    /// Makes a column of numbers.
    init(_ layout: Column.Layout, words: [UInt64], validity: [UInt8]) {
        self.layout = layout
        count = words.count
        self.words = words
        self.validity = validity
    }

    /// Makes a column of strings.
    init(ends: [Int], bytes: [UInt8], validity: [UInt8]) {
        layout = .string
        count = ends.count
        self.ends = ends
        self.bytes = bytes
        self.validity = validity
    }

    /// Makes a column of any values.
    init(tagged: [Value]) {
        layout = .tagged
        count = tagged.count
        self.tagged = tagged
    }

    var sizeInBytes: Int {
        words.count * 8 + ends.count * 8 + bytes.count + tagged.count * 64 + validity.count
    }

    func removeAll() {
        layout = .null
        count = 0
        words.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        tagged.removeAll(keepingCapacity: true)
        validity.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    func hasValue(_ row: Int) -> Bool { validity.isEmpty || validity[row] != 0 }

    func value(at row: Int) -> Value {
        guard hasValue(row) else { return .null }
        switch layout {
        case .null: return .null
        case .integer: return .integer(Int64(bitPattern: words[row]))
        case .float: return .float(Double(bitPattern: words[row]))
        case .boolean: return .boolean(words[row] != 0)
        case .date: return .date(CalendarDate(daysSinceEpoch: Int64(bitPattern: words[row])))
        case .string:
            let start = row == 0 ? 0 : ends[row - 1]
            return .string(String(decoding: bytes[start..<ends[row]], as: UTF8.self))
        case .tagged: return tagged[row]
        }
    }

    /// Makes every value up to `row` null that was not given.
    func pad(to row: Int) {
        guard count < row else { return }
        let missing = row - count
        if validity.isEmpty { validity = [UInt8](repeating: 1, count: count) }
        validity.append(contentsOf: repeatElement(0, count: missing))
        appendPlaceholders(missing)
        count = row
    }

    private func appendPlaceholders(_ number: Int) {
        switch layout {
        case .null: break
        case .integer, .float, .boolean, .date:
            words.append(contentsOf: repeatElement(0, count: number))
        case .string: ends.append(contentsOf: repeatElement(ends.last ?? 0, count: number))
        case .tagged: tagged.append(contentsOf: repeatElement(.null, count: number))
        }
    }

    /// Appends the first `added` rows of a batch.
    func append(_ column: BulkColumn, count added: Int) {
        let incoming = Self.layout(of: column.values)
        if incoming == .tagged, layout != .tagged, let typed = Self.typed(column, count: added) {
            append(typed, count: added)
            return
        }
        if layout == .null {
            layout = incoming
            appendPlaceholders(count)
        } else if layout != incoming {
            makeTagged()
        }
        if let flags = column.validity {
            if validity.isEmpty { validity = [UInt8](repeating: 1, count: count) }
            validity.append(contentsOf: flags.prefix(added))
        } else if !validity.isEmpty {
            validity.append(contentsOf: repeatElement(1, count: added))
        }
        if layout == .tagged {
            for row in 0..<added { tagged.append(column.value(at: row)) }
        } else {
            appendTyped(column.values, added)
        }
        count += added
    }

    private func appendTyped(_ values: BulkColumn.Values, _ added: Int) {
        switch values {
        case .integers(let numbers), .dates(let numbers):
            numbers.withUnsafeBytes { buffer in
                words.append(contentsOf: buffer.bindMemory(to: UInt64.self).prefix(added))
            }
        case .floats(let numbers):
            numbers.withUnsafeBytes { buffer in
                words.append(contentsOf: buffer.bindMemory(to: UInt64.self).prefix(added))
            }
        case .booleans(let flags): for row in 0..<added { words.append(UInt64(flags[row])) }
        case .strings(let offsets, let text):
            let shift = bytes.count - Int(offsets[0])
            for row in 0..<added { ends.append(Int(offsets[row + 1]) + shift) }
            text.withUnsafeBufferPointer { buffer in
                bytes.append(contentsOf: buffer[Int(offsets[0])..<Int(offsets[added])])
            }
        case .values: preconditionFailure("values of several kinds are tagged")
        }
    }

    /// Appends picked rows of several columns; nil stands for a column without values.
    func append(_ picks: [RowPick], from sources: [LoadedColumn?]) {
        var used = Set<Column.Layout>()
        for pick in picks { used.insert(sources[Int(pick.source)]?.layout ?? .null) }
        used.remove(.null)
        guard let incoming = used.first else {
            pad(to: count + picks.count)
            return
        }
        let isTyped = used.count == 1 && (layout == .null || layout == incoming)
        guard isTyped, incoming != .tagged else {
            let values = picks.map { sources[Int($0.source)]?.value(at: Int($0.row)) ?? .null }
            if layout == .null {
                layout = .tagged
                appendPlaceholders(count)
            } else {
                makeTagged()
            }
            if !validity.isEmpty {
                validity.append(contentsOf: values.map { $0.isNull ? 0 : 1 as UInt8 })
            }
            tagged.append(contentsOf: values)
            count += picks.count
            return
        }
        if layout == .null {
            layout = incoming
            appendPlaceholders(count)
        }
        appendFlags(picks, from: sources)
        if incoming == .string {
            appendStrings(picks, from: sources)
        } else {
            appendWords(picks, from: sources)
        }
        count += picks.count
    }

    private func appendFlags(_ picks: [RowPick], from sources: [LoadedColumn?]) {
        let used = Set(picks.map(\.source))
        let areAllThere = used.allSatisfy { index in
            guard let source = sources[Int(index)] else { return false }
            return source.validity.isEmpty && source.layout != .null
        }
        if areAllThere, validity.isEmpty { return }
        if validity.isEmpty { validity = [UInt8](repeating: 1, count: count) }
        for pick in picks {
            let source = sources[Int(pick.source)]
            let isThere = source?.layout != .null && source?.hasValue(Int(pick.row)) ?? false
            validity.append(isThere ? 1 : 0)
        }
    }

    private func appendWords(_ picks: [RowPick], from sources: [LoadedColumn?]) {
        // The columns outlive the pointers: they are held by `sources`.
        let pointers = sources.map { source -> UnsafePointer<UInt64>? in
            guard let source, source.layout != .null else { return nil }
            return source.words.withUnsafeBufferPointer { $0.baseAddress }
        }
        withExtendedLifetime(sources) {
            words.append(
                contentsOf: [UInt64](unsafeUninitializedCapacity: picks.count) {
                    buffer, initialized in
                    for (index, pick) in picks.enumerated() {
                        buffer[index] = pointers[Int(pick.source)]?[Int(pick.row)] ?? 0
                    }
                    initialized = picks.count
                })
        }
    }

    private func appendStrings(_ picks: [RowPick], from sources: [LoadedColumn?]) {
        for pick in picks {
            if let source = sources[Int(pick.source)], source.layout != .null {
                let row = Int(pick.row)
                let start = row == 0 ? 0 : source.ends[row - 1]
                bytes.append(contentsOf: source.bytes[start..<source.ends[row]])
            }
            ends.append(bytes.count)
        }
    }

    private func makeTagged() {
        guard layout != .tagged else { return }
        let values = (0..<count).map { value(at: $0) }
        layout = .tagged
        tagged = values
        words = []
        ends = []
        bytes = []
    }

    private static func layout(of values: BulkColumn.Values) -> Column.Layout {
        switch values {
        case .integers: .integer
        case .floats: .float
        case .booleans: .boolean
        case .dates: .date
        case .strings: .string
        case .values: .tagged
        }
    }

    /// The same batch as typed arrays, if its values are all of one kind that has them.
    private static func typed(_ column: BulkColumn, count: Int) -> BulkColumn? {
        guard case .values(let values) = column.values else { return nil }
        let made = Column.make(Array(values.prefix(count)))
        let flags = (0..<count).map { made.hasValue($0) ? 1 : 0 as UInt8 }
        switch made.layout {
        case .integer:
            return BulkColumn(.integers((0..<count).map { made.integers[$0] }), validity: flags)
        case .float:
            return BulkColumn(.floats((0..<count).map { made.floats[$0] }), validity: flags)
        case .date:
            return BulkColumn(.dates((0..<count).map { made.integers[$0] }), validity: flags)
        case .boolean:
            return BulkColumn(.booleans((0..<count).map { made.booleans[$0] }), validity: flags)
        case .null:
            return BulkColumn(
                .integers([Int64](repeating: 0, count: count)), validity: flags)
        case .string, .tagged: return nil
        }
    }
}

/// One row of one of several columns.
struct RowPick {
    var source: Int32
    var row: Int32
}
