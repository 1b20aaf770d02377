import KithGraph
import KithValues

/// Numbers of strings, which stand for them in groups.
extension ColumnTable {
    /// Makes the numbers of the strings of all ids' columns known, which are those of one chunk or of
    /// several; false when there are too many.
    ///
    /// After a ``survey(_:count:known:_:)`` that found nothing but strings and missing values.
    func number(
        _ ids: UnsafePointer<UInt64>, count: Int, chunk: Int?, by dictionary: StringDictionary
    ) -> Bool {
        if let chunk { return number(UInt64(chunk), by: dictionary) }
        var last = UInt64.max
        for row in 0..<count {
            let chunk = ids[row] &>> 11
            if chunk == last { continue }
            last = chunk
            guard number(chunk, by: dictionary) else { return false }
        }
        return true
    }

    private func number(_ chunk: UInt64, by dictionary: StringDictionary) -> Bool {
        guard chunk < UInt64(chunkCount) else { return true }
        let place = places + Int(truncatingIfNeeded: chunk)
        guard place.pointee.numbers == nil, place.pointee.count > 0 else { return true }
        return number(held.columns[Int(place.pointee.column)], place, by: dictionary)
    }

    /// Numbers the strings of one column: those of its dictionary, or of all its slots.
    private func number(
        _ column: Column, _ place: UnsafeMutablePointer<Place>, by dictionary: StringDictionary
    ) -> Bool {
        if let codes = column.codes {
            let numbers = UnsafeMutablePointer<UInt32>.allocate(
                capacity: max(column.dictionaryCount, 1))
            numbers.initialize(repeating: 0, count: max(column.dictionaryCount, 1))
            var missing = column.dictionaryCount
            var slot = 0
            while slot < column.count, missing > 0 {
                let code = Int(codes[slot])
                if numbers[code] == 0, column.hasValue(slot) {
                    numbers[code] = dictionary.number(of: Self.view(column, slot))
                    missing -= 1
                }
                slot += 1
            }
            place.pointee.codes = codes
            place.pointee.numbers = UnsafePointer(numbers)
            return !dictionary.isFull
        }
        // Without a dictionary of its own: each slot has its number for a code.
        let codes = UnsafeMutablePointer<UInt16>.allocate(capacity: max(column.count, 1))
        codes.initialize(repeating: 0, count: max(column.count, 1))
        let numbers = UnsafeMutablePointer<UInt32>.allocate(
            capacity: StringDictionary.countMax + 1)
        for number in 0...StringDictionary.countMax { numbers[number] = UInt32(number) }
        place.pointee.codes = UnsafePointer(codes)
        place.pointee.numbers = UnsafePointer(numbers)
        for slot in 0..<column.count where column.hasValue(slot) {
            codes[slot] = UInt16(
                truncatingIfNeeded: dictionary.number(of: Self.view(column, slot)))
            if dictionary.isFull { return false }
        }
        return true
    }

    static func view(_ column: Column, _ slot: Int) -> StringView {
        StringView(
            start: column.stringBytes + Int(column.stringStarts[slot]),
            count: Int(column.stringLengths[slot]))
    }

    /// The number of the string of an id, 0 where it has none.
    @inline(__always)
    func stringNumber(_ id: UInt64) -> UInt32 {
        let place = places + Int(truncatingIfNeeded: id &>> 11)
        let slot = Int(truncatingIfNeeded: id & 2_047)
        guard let codes = place.pointee.codes, let numbers = place.pointee.numbers else { return 0 }
        return numbers[Int(codes[slot])]
    }
}
