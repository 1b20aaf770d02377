import KithGraph
import KithValues

/// Compares strings with one text by their codes in the columns' own dictionaries, of which one at most
/// is the text's.
extension ColumnTable {
    /// What a chunk's dictionary gives for the text sought.
    enum SoughtCode {
        /// Nobody asked yet.
        static let unknown: Int32 = 0
        /// No string is the text.
        static let none: Int32 = -1
        // Else one more than the code.
    }

    /// Whether the string of each id is `text`, as truth codes; nil where a column has no dictionary.
    /// `isWhole`: no id is without a string.
    ///
    /// After a ``survey(_:count:known:_:)`` that found nothing but strings and missing values.
    func equalityCodes(
        _ ids: UnsafePointer<UInt64>, count: Int, _ text: StringView, isWhole: Bool
    ) -> [UInt8]? {
        seek(text)
        var isPossible = true
        let places = places
        let codes = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            initialized = count
            var row = 0
            while row < count {
                let id = ids[row]
                guard isWhole || hasValue(id) else {
                    target[row] = 2
                    row &+= 1
                    continue
                }
                let place = places + Int(truncatingIfNeeded: id &>> 11)
                if place.pointee.soughtCode == SoughtCode.unknown { find(place) }
                guard let codes = place.pointee.soughtCodes else {
                    isPossible = false
                    return
                }
                let code = Int32(codes[Int(truncatingIfNeeded: id & 2_047)]) &+ 1
                target[row] = code == place.pointee.soughtCode ? 1 : 0
                row &+= 1
            }
        }
        return isPossible ? codes : nil
    }

    /// Begins to seek a text, unless it is the one that was sought last.
    private func seek(_ text: StringView) {
        let isSame = sought.withUnsafeBufferPointer { known in
            StringView.equal(
                text, StringView(start: known.baseAddress ?? text.start, count: known.count))
        }
        if isSame, hasSought { return }
        hasSought = true
        sought = Array(UnsafeBufferPointer(start: text.start, count: text.count))
        for chunk in learned {
            places[Int(chunk)].soughtCode = SoughtCode.unknown
            places[Int(chunk)].soughtCodes = nil
        }
    }

    /// Finds the code of the text in the dictionary of a column, if that has one.
    ///
    /// - Complexity: O(slots) until every string of the dictionary was met.
    private func find(_ place: UnsafeMutablePointer<Place>) {
        let column = held.columns[Int(place.pointee.column)]
        place.pointee.soughtCode = SoughtCode.none
        place.pointee.soughtCodes = column.codes
        guard let codes = column.codes else { return }
        sought.withUnsafeBufferPointer { bytes in
            let text = StringView(
                start: bytes.baseAddress ?? StringView.empty.start, count: bytes.count)
            // The first codes that were met, a bit each.
            var met: UInt64 = 0
            var missing = column.dictionaryCount
            var slot = 0
            while slot < column.count, missing > 0 {
                defer { slot &+= 1 }
                let code = codes[slot]
                if code < 64 {
                    guard met &>> UInt64(code) & 1 == 0, column.hasValue(slot) else { continue }
                    met |= 1 &<< UInt64(code)
                    missing &-= 1
                } else if !column.hasValue(slot) {
                    continue
                }
                guard StringView.equal(Self.view(column, slot), text) else { continue }
                place.pointee.soughtCode = Int32(code) &+ 1
                return
            }
        }
    }
}
