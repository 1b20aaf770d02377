import KithValues

extension EntityChunk {
    /// What is known of a property without decoding it.
    func zone(_ key: UInt32) -> ColumnZone? {
        guard recent.isEmpty else { return nil }
        guard let segment = segmentIndex(key) else {
            return ColumnZone(nullCount: slotCount, minimum: nil, maximum: nil)
        }
        let zone = descriptor.segments[segment].zone
        func value(_ bits: UInt64) -> Value? {
            switch zone.kind {
            case .none: nil
            case .integer: .integer(Int64(bitPattern: bits))
            case .float: .float(Double(bitPattern: bits))
            case .date: CalendarDate(exactly: Int64(bitPattern: bits)).map { .date($0) }
            }
        }
        return ColumnZone(
            nullCount: slotCount - zone.valueCount, minimum: value(zone.minimum),
            maximum: value(zone.maximum))
    }
}
