import KithValues

extension BulkColumn {
    /// Whether the row has a value.
    func isValid(_ row: Int) -> Bool { validity.map { $0[row] != 0 } ?? true }

    /// The number of rows that have a value, of `rowCount`.
    func validCount(of rowCount: Int) -> Int {
        guard let validity else { return rowCount }
        var count = 0
        for flag in validity { count &+= Int(flag) }
        return count
    }

    /// The value at `row`, as the language knows it.
    func value(at row: Int) -> Value {
        guard isValid(row) else { return .null }
        switch values {
        case .integers(let values): return .integer(values[row])
        case .floats(let values): return .float(values[row])
        case .booleans(let values): return .boolean(values[row] != 0)
        case .dates(let values): return .date(CalendarDate(daysSinceEpoch: values[row]))
        case .strings(let offsets, let bytes):
            let range = Int(offsets[row])..<Int(offsets[row + 1])
            return .string(String(decoding: bytes[range], as: UTF8.self))
        case .values(let values): return values[row]
        }
    }

    /// A column of the rows of `rows`, in that order.
    func gathering(_ rows: [Int]) -> BulkColumn {
        let flags = validity.map { validity in rows.map { validity[$0] } }
        switch values {
        case .integers(let values):
            return BulkColumn(.integers(rows.map { values[$0] }), validity: flags)
        case .floats(let values):
            return BulkColumn(.floats(rows.map { values[$0] }), validity: flags)
        case .booleans(let values):
            return BulkColumn(.booleans(rows.map { values[$0] }), validity: flags)
        case .dates(let values): return BulkColumn(.dates(rows.map { values[$0] }), validity: flags)
        case .values(let values):
            return BulkColumn(.values(rows.map { values[$0] }), validity: flags)
        case .strings(let offsets, let bytes):
            var newOffsets: [UInt32] = [0]
            newOffsets.reserveCapacity(rows.count + 1)
            var newBytes: [UInt8] = []
            newBytes.reserveCapacity(bytes.count)
            for row in rows {
                newBytes += bytes[Int(offsets[row])..<Int(offsets[row + 1])]
                newOffsets.append(UInt32(newBytes.count))
            }
            return BulkColumn(.strings(offsets: newOffsets, bytes: newBytes), validity: flags)
        }
    }
}
