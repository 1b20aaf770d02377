import Glibc
import KithValues

/// One grouping key of a batch.
enum KeyBatch {
    case vector(Vector)
    /// For each row the number of a string.
    case numbers(UnsafePointer<UInt32>, StringDictionary)
}

/// Numbers groups without hashing: every combination of keys has a place in one table.
///
/// Works for keys that are integers, dates, truth values, ids or numbered strings. Each key value gets
/// a small code, 0 for null; the codes of a row's keys, combined to one number, are its place. The
/// table grows with the ranges of the keys, up to a limit at which the caller must hash instead.
final class DirectGroups {
    struct Key {
        /// nil while all values were null.
        var layout: Vector.Layout?
        var dictionary: StringDictionary?
        /// The value whose code is 1; for numbered strings 1.
        var base: Int64 = 0
        /// Codes are below it.
        var width = 1
        var stride = 0
    }

    // What is not private here is for growing, in a file of its own.
    var keys: [Key]
    /// The groups' keys as words, key by key; only for values that are not null.
    let words: [GroupValues<UInt64>]
    let isPresent: [GroupValues<Bool>]
    /// One more than the group of each place; 0 where there is none yet.
    var table: UnsafeMutablePointer<Int32>
    var tableCapacity = 1
    private var places: UnsafeMutablePointer<UInt32>
    private var placeCapacity = 0
    var count = 0

    /// Tables with more places than this are not made for few rows.
    static let placesMax = 1 << 22
    /// Below this number of rows a table is at most `placesPerRow` times as large.
    static let fewRows = 1_024
    static let placesPerRow = 16

    init(keyCount: Int) {
        keys = Array(repeating: Key(), count: keyCount)
        words = (0..<keyCount).map { _ in GroupValues(0) }
        isPresent = (0..<keyCount).map { _ in GroupValues(false) }
        table = Self.zeroed(1)
        places = .allocate(capacity: 1)
    }

    deinit {
        free(table)
        places.deallocate()
    }

    static func zeroed(_ count: Int) -> UnsafeMutablePointer<Int32> {
        // Zeroed lazily by the system: places that nothing falls into cost no memory.
        guard let memory = calloc(max(count, 1), MemoryLayout<Int32>.stride) else {
            preconditionFailure("out of memory")
        }
        return memory.assumingMemoryBound(to: Int32.self)
    }

    /// Writes the group of each row; false, with nothing done, where the keys are of another kind or
    /// too far apart. `rowsSeen` counts the rows so far with these.
    func groups(
        of batch: [KeyBatch], count rowCount: Int, rowsSeen: Int,
        into groups: UnsafeMutablePointer<Int32>
    ) -> Bool {
        var numbered = batch
        var scratch: [UnsafeMutablePointer<UInt32>] = []
        defer { for memory in scratch { memory.deallocate() } }
        for index in keys.indices {
            guard case .vector(let vector) = batch[index], vector.layout == .string else {
                continue
            }
            guard let dictionary = keys[index].dictionary else { return false }
            let numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: rowCount)
            scratch.append(numbers)
            for row in 0..<rowCount {
                numbers[row] =
                    vector.isNull(row)
                    ? 0 : dictionary.number(of: vector.strings[vector.position(row)])
            }
            if dictionary.isFull { return false }
            numbered[index] = .numbers(numbers, dictionary)
        }
        if !hasRoom(for: numbered) || !computePlaces(numbered, rowCount) {
            guard makeRoom(for: numbered, count: rowCount, rowsSeen: rowsSeen),
                computePlaces(numbered, rowCount)
            else { return false }
        }
        let (table, places) = (table, places)
        let known = count
        var found = known
        var row = 0
        while row < rowCount {
            let place = Int(places[row])
            var group = table[place]
            if group == 0 {
                // The place of a row that begins a group is needed no more: it keeps the row.
                places[found &- known] = UInt32(truncatingIfNeeded: row)
                found &+= 1
                group = Int32(truncatingIfNeeded: found)
                table[place] = group
            }
            groups[row] = group &- 1
            row &+= 1
        }
        if found > known { add(numbered, firstRows: places, known, found) }
        return true
    }

    /// Adds the groups from `known` on, whose first rows are the given ones.
    private func add(
        _ batch: [KeyBatch], firstRows: UnsafePointer<UInt32>, _ known: Int, _ found: Int
    ) {
        count = found
        for index in keys.indices {
            words[index].extend(to: found)
            isPresent[index].extend(to: found)
            let words = words[index].values + known
            let isPresent = isPresent[index].values + known
            switch batch[index] {
            case .numbers(let numbers, _):
                for group in 0..<(found - known) {
                    let number = numbers[Int(firstRows[group])]
                    words[group] = UInt64(number)
                    isPresent[group] = number != 0
                }
            case .vector(let vector):
                if vector.hasNoNulls, vector.layout != .boolean {
                    let (ids, mask) = (vector.ids, vector.positionMask)
                    for group in 0..<(found - known) {
                        words[group] = ids[Int(firstRows[group]) & mask]
                        isPresent[group] = true
                    }
                    continue
                }
                for group in 0..<(found - known) where !vector.isNull(Int(firstRows[group])) {
                    words[group] = Self.word(vector, Int(firstRows[group]))
                    isPresent[group] = true
                }
            }
        }
    }

    @inline(__always)
    static func word(_ vector: Vector, _ row: Int) -> UInt64 {
        let position = vector.position(row)
        return vector.layout == .boolean ? UInt64(vector.booleans[position]) : vector.ids[position]
    }

    /// Writes the numbers of some groups' strings, as another dictionary has them; 0 for null.
    func copyNumbers(
        _ index: Int, _ range: Range<Int>, _ translation: [UInt32],
        into target: UnsafeMutablePointer<UInt32>
    ) {
        let (words, isPresent) = (words[index].values, isPresent[index].values)
        for group in range {
            target[group - range.lowerBound] =
                isPresent[group] ? translation[Int(words[group])] : 0
        }
    }

    /// Whether all keys are of the kinds that there were, and their strings have places. What else the
    /// keys are is seen when their places are computed.
    private func hasRoom(for batch: [KeyBatch]) -> Bool {
        for (key, column) in zip(keys, batch) {
            switch column {
            case .numbers(_, let dictionary):
                guard key.dictionary === dictionary, dictionary.end <= key.width else {
                    return false
                }
            case .vector(let vector):
                guard vector.layout == .null || vector.layout == key.layout else { return false }
            }
        }
        return true
    }

    /// Combines the codes of each row's keys; false where a key has no place.
    private func computePlaces(_ batch: [KeyBatch], _ rowCount: Int) -> Bool {
        if placeCapacity < rowCount {
            places.deallocate()
            placeCapacity = rowCount
            places = .allocate(capacity: rowCount)
        }
        let places = places
        var isFirst = true
        for (key, column) in zip(keys, batch) {
            let stride = UInt32(truncatingIfNeeded: key.stride)
            var row = 0
            switch column {
            case .numbers(let numbers, _) where isFirst:
                while row < rowCount {
                    places[row] = numbers[row] &* stride
                    row &+= 1
                }
            case .numbers(let numbers, _):
                while row < rowCount {
                    places[row] &+= numbers[row] &* stride
                    row &+= 1
                }
            case .vector(let vector):
                if isFirst { places.update(repeating: 0, count: rowCount) }
                if vector.layout == .null { break }
                guard addCodes(of: vector, key, stride, rowCount) else { return false }
            }
            isFirst = false
        }
        return true
    }

    /// False where a value has no code.
    private func addCodes(
        of vector: Vector, _ key: Key, _ stride: UInt32, _ rowCount: Int
    ) -> Bool {
        let offset = 1 &- key.base
        let last = Int64(key.width) &- 1
        // Negative once a code is below 1 or beyond the last.
        var outside: Int64 = 0
        let places = places
        if vector.layout != .boolean, vector.validity == nil, !vector.isConstant {
            let integers = vector.integers
            var row = 0
            while row < rowCount {
                let code = integers[row] &+ offset
                outside |= (code &- 1) | (last &- code)
                places[row] &+= UInt32(truncatingIfNeeded: code) &* stride
                row &+= 1
            }
            return outside >= 0
        }
        for row in 0..<rowCount where !vector.isNull(row) {
            let code = Int64(bitPattern: Self.word(vector, row)) &+ offset
            outside |= (code &- 1) | (last &- code)
            places[row] &+= UInt32(truncatingIfNeeded: code) &* stride
        }
        return outside >= 0
    }
}
