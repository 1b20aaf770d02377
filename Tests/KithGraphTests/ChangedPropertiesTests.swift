import KithTestSupport
import KithValues
import Testing

@testable import KithGraph

@Suite("Changed properties")
struct ChangedPropertiesTests {
    @Test("are a list like any other", arguments: [1, 2, 3] as [UInt64])
    func actAsList(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var list: [(key: UInt32, value: Int64)] = []
        var properties = ChangedProperties()
        for step in 0..<2_000 {
            let number = Int64(step)
            let property = RowChange.Property(key: UInt32(step), value: .integer(number))
            let place = Int.random(in: 0...list.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                list.append((property.key, number))
                properties.append(property)
            case 1:
                list.insert((property.key, number), at: place)
                properties.insert(property, at: place)
            case 2 where place < list.count:
                list[place].value = number
                properties.setValue(.integer(number), at: place)
            default:
                // More often than not, so that the list is short and becomes empty again and again.
                guard place < list.count else { continue }
                list.remove(at: place)
                properties.remove(at: place)
            }
            #expect(properties.count == list.count)
            for (index, expected) in list.enumerated() {
                #expect(properties.key(at: index) == expected.key)
                #expect(properties[index].key == expected.key)
                #expect(Value.isEquivalent(properties[index].value, .integer(expected.value)))
            }
        }
    }
}
