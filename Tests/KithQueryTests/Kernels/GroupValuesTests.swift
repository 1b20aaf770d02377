import Testing

@testable import KithQuery

/// Values of groups that are cleared while others are still in use.
struct GroupValuesTests {
    @Test("groups that were cleared begin again as they should, and more of them too")
    func cleared() {
        let values = GroupValues<Int64>(-7)
        for (count, next) in [(100, 100), (100, 40), (100, 300), (40, 5_000), (5_000, 60)] {
            values.extend(to: count)
            for group in 0..<count {
                #expect(values.values[group] == -7)
                values.values[group] = Int64(group)
            }
            var start = 0
            while start < count {
                values.clear(start..<start + 30)
                start += 30
            }
            values.removeAll(areCleared: true)
            // Some at first, then the others.
            for part in [next / 3, next] {
                values.extend(to: part)
                for group in 0..<part { #expect(values.values[group] == -7) }
            }
            for group in 0..<next { values.values[group] = 1 }
            values.removeAll()
        }
    }

    @Test("groups that were not cleared are set to their beginnings")
    func notCleared() {
        let values = GroupValues<Int64>(3)
        values.extend(to: 50)
        for group in 0..<50 { values.values[group] = 9 }
        values.removeAll()
        values.extend(to: 60)
        for group in 0..<60 { #expect(values.values[group] == 3) }
    }
}
