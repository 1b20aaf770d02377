/// Which of a row of equal units are marked, a bit a unit, and where those lie that are not.
struct UnitMarks {
    private var words: [UInt64]
    /// Units from this one on are never free.
    private let usable: Int
    private(set) var freeCount: Int
    /// No free run of so many units begins before this one.
    private var searched = (count: 1, end: 0)

    /// No unit is marked; of those after `usable` none will be.
    init(count: Int, usable: Int) {
        words = [UInt64](repeating: 0, count: (count + 63) / 64)
        self.usable = usable
        freeCount = usable
    }

    /// Whether none is marked.
    var isFree: Bool { freeCount == usable }

    /// Marks the first free run of `count` units, and says where it begins; nil where there is none.
    mutating func take(_ count: Int) -> Int? {
        guard freeCount >= count else { return nil }
        guard let first = firstFree(count, from: count >= searched.count ? searched.end : 0) else {
            searched = (count, usable)
            return nil
        }
        searched = (count, first + count)
        change(first..<first + count) { $0 | $1 }
        freeCount -= count
        return first
    }

    /// Takes the marks of a run away that was taken.
    mutating func give(back run: Range<Int>) {
        change(run) { $0 & ~$1 }
        freeCount += run.count
        // A run that has become long enough has some of these units.
        searched.end = min(searched.end, max(run.lowerBound - searched.count + 1, 0))
    }

    /// Whether no unit of a range is marked.
    func isFree(_ range: Range<Int>) -> Bool {
        next(from: range.lowerBound, isMarked: true) >= min(range.upperBound, usable)
    }

    /// Calls `operation` with each word and the bits of the run in it.
    private mutating func change(_ run: Range<Int>, _ operation: (UInt64, UInt64) -> UInt64) {
        var unit = run.lowerBound
        while unit < run.upperBound {
            let shift = unit & 63
            let length = min(64 - shift, run.upperBound - unit)
            let bits = (UInt64.max >> UInt64(64 - length)) << UInt64(shift)
            words[unit >> 6] = operation(words[unit >> 6], bits)
            unit += length
        }
    }

    /// The beginning of the first free run of `count` units at or after a unit.
    private func firstFree(_ count: Int, from start: Int) -> Int? {
        var unit = start
        while true {
            unit = next(from: unit, isMarked: false)
            guard unit + count <= usable else { return nil }
            let end = next(from: unit, isMarked: true)
            if end - unit >= count { return unit }
            unit = end
        }
    }

    /// The first unit at or after `unit` that is marked, or not; the number of all if there is none.
    private func next(from unit: Int, isMarked: Bool) -> Int {
        guard unit < usable else { return usable }
        var index = unit >> 6
        var word = (isMarked ? words[index] : ~words[index]) & (.max << UInt64(unit & 63))
        while word == 0 {
            index += 1
            guard index < words.count else { return usable }
            word = isMarked ? words[index] : ~words[index]
        }
        return min(index << 6 + word.trailingZeroBitCount, usable)
    }
}
