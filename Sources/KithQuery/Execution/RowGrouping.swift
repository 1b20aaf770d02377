import KithValues

/// Numbers the groups of rows by keys, in the order of their first rows: by a table of all
/// combinations while the keys allow it (``DirectGroups``), else by hashing (``GroupTable``).
final class RowGrouping {
    private let keys: [Project.Item]
    @exclusivity(unchecked) private var direct: DirectGroups?
    @exclusivity(unchecked) private var table: GroupTable?
    @exclusivity(unchecked) private var rowsSeen = 0
    private var detached: [Vector]?
    /// The numbers here of the strings of groupings that were merged.
    private var translations: [(dictionary: StringDictionary, numbers: [UInt32])] = []
    /// Whether small input began with hashing though a table may do.
    @exclusivity(unchecked) private var mayTurnDirect = false
    @exclusivity(unchecked) private var groups: UnsafeMutablePointer<Int32>
    @exclusivity(unchecked) private var groupCapacity = 0
    @exclusivity(unchecked) private var numbers: [UnsafeMutablePointer<UInt32>?]
    @exclusivity(unchecked) private var dictionaries: [StringDictionary?]

    /// Hashed groups are tried in a table again after so many rows.
    private static let secondTryRows = 8_192

    init(keys: [Project.Item]) {
        self.keys = keys
        direct = DirectGroups(keyCount: keys.count)
        groups = .allocate(capacity: 1)
        numbers = Array(repeating: nil, count: keys.count)
        dictionaries = Array(repeating: nil, count: keys.count)
    }

    deinit {
        groups.deallocate()
        for memory in numbers { memory?.deallocate() }
    }

    /// The number of groups so far.
    var count: Int { direct?.count ?? table?.count ?? 0 }

    /// The group of each row of `batch`, valid until the next call.
    func groups(
        of batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> UnsafePointer<Int32> {
        makeRoom(batch.count)
        rowsSeen += batch.count
        if mayTurnDirect, rowsSeen >= Self.secondTryRows { turnDirect() }
        guard let direct else {
            var vectors: [Vector] = []
            for key in keys { vectors.append(try key.expression.evaluate(batch, context)) }
            table?.groups(of: vectors, count: batch.count, into: groups)
            return UnsafePointer(groups)
        }
        var columns: [KeyBatch] = []
        for (index, key) in keys.enumerated() {
            columns.append(try column(key, index, batch, context))
        }
        if !direct.groups(of: columns, count: batch.count, rowsSeen: rowsSeen, into: groups) {
            let table = turnHashed(direct)
            var vectors: [Vector] = []
            for (index, column) in columns.enumerated() {
                if case .vector(let vector) = column {
                    vectors.append(vector)
                } else {
                    vectors.append(try keys[index].expression.evaluate(batch, context))
                }
            }
            table.groups(of: vectors, count: batch.count, into: groups)
        }
        return UnsafePointer(groups)
    }

    private func column(
        _ key: Project.Item, _ index: Int, _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> KeyBatch {
        let memory: UnsafeMutablePointer<UInt32>
        if let known = numbers[index] {
            memory = known
        } else {
            memory = .allocate(capacity: groupCapacity)
            numbers[index] = memory
        }
        if let dictionary = try key.expression.evaluateNumbers(batch, into: memory, context) {
            dictionaries[index] = dictionary
            return .numbers(UnsafePointer(memory), dictionary)
        }
        return .vector(try key.expression.evaluate(batch, context))
    }

    private func makeRoom(_ count: Int) {
        guard count > groupCapacity else { return }
        groupCapacity = max(count, 256)
        groups.deallocate()
        groups = .allocate(capacity: groupCapacity)
        for index in numbers.indices {
            numbers[index]?.deallocate()
            numbers[index] = nil
        }
    }

    /// Goes on with hashing; the groups keep their numbers.
    private func turnHashed(_ old: DirectGroups) -> GroupTable {
        let made = GroupTable(keyCount: keys.count)
        let all = 0..<old.count
        if old.count > 0 {
            made.add(keys.indices.map { old.keyVector($0, all) }, count: old.count)
        }
        direct = nil
        table = made
        mayTurnDirect = rowsSeen < Self.secondTryRows
        return made
    }

    /// Goes on with a table of combinations if there is one for the groups so far.
    private func turnDirect() {
        mayTurnDirect = false
        guard let old = table else { return }
        let made = DirectGroups(keyCount: keys.count)
        let all = 0..<old.count
        var columns: [KeyBatch] = []
        var memory: [UnsafeMutablePointer<UInt32>] = []
        defer { for numbers in memory { numbers.deallocate() } }
        for index in keys.indices {
            let vector = old.columns[index].vector(all)
            guard vector.layout == .string, let dictionary = dictionaries[index] else {
                columns.append(.vector(vector))
                continue
            }
            let numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: old.count)
            memory.append(numbers)
            for row in 0..<old.count {
                numbers[row] = vector.isNull(row) ? 0 : dictionary.number(of: vector.strings[row])
            }
            if dictionary.isFull { return }
            columns.append(.numbers(UnsafePointer(numbers), dictionary))
        }
        let found = UnsafeMutablePointer<Int32>.allocate(capacity: max(old.count, 1))
        defer { found.deallocate() }
        guard old.count > 0,
            made.groups(of: columns, count: old.count, rowsSeen: rowsSeen, into: found)
        else { return }
        direct = made
        table = nil
    }

    /// Copies the groups' keys: merging then does not read dictionaries that another thread adds to.
    func detach() { detached = keys.indices.map { keyVector($0, 0..<count) } }

    /// Takes over the groups of another grouping by the same keys, which was detached if another
    /// thread filled it.
    ///
    /// - Returns: for each of its groups the number here.
    func merge(_ other: RowGrouping) -> [Int32] {
        rowsSeen += other.rowsSeen
        return merge(other, 0..<other.count)
    }

    /// Takes over some groups of another grouping by the same keys.
    func merge(_ other: RowGrouping, _ range: Range<Int>) -> [Int32] {
        let count = range.count
        guard count > 0 else { return [] }
        rowsSeen += count
        if let numbers = mergeNumbered(other, range) { return numbers }
        let vectors = other.detached ?? keys.indices.map { other.keyVector($0, range) }
        return [Int32](unsafeUninitializedCapacity: count) { result, initialized in
            initialized = count
            guard let base = result.baseAddress else { return }
            if let direct {
                let columns = vectors.map { KeyBatch.vector($0) }
                if direct.groups(of: columns, count: count, rowsSeen: rowsSeen, into: base) {
                    return
                }
                _ = turnHashed(direct)
                mayTurnDirect = false
            }
            table?.groups(of: vectors, count: count, into: base)
        }
    }

    /// The form for groups that both have in tables of combinations, by the numbers of their strings; nil,
    /// with nothing done, where that is not so.
    private func mergeNumbered(_ other: RowGrouping, _ range: Range<Int>) -> [Int32]? {
        guard let direct, let theirs = other.direct, other.detached == nil else { return nil }
        let count = range.count
        makeRoom(count)
        var columns: [KeyBatch] = []
        for index in keys.indices {
            guard let dictionary = theirs.keys[index].dictionary else {
                columns.append(.vector(theirs.keyVector(index, range)))
                continue
            }
            let own = dictionaries[index] ?? StringDictionary()
            dictionaries[index] = own
            let translated = translation(of: dictionary, into: own)
            if own.isFull { return nil }
            let memory = numbers[index] ?? .allocate(capacity: groupCapacity)
            numbers[index] = memory
            theirs.copyNumbers(index, range, translated, into: memory)
            columns.append(.numbers(UnsafePointer(memory), own))
        }
        guard direct.groups(of: columns, count: count, rowsSeen: rowsSeen, into: groups) else {
            return nil
        }
        return Array(UnsafeBufferPointer(start: groups, count: count))
    }

    /// The numbers here of the strings of another dictionary, which gets no more of them.
    private func translation(
        of dictionary: StringDictionary, into own: StringDictionary
    ) -> [UInt32] {
        for known in translations where known.dictionary === dictionary { return known.numbers }
        let made = [0] + (1..<max(dictionary.end, 1)).map { own.number(of: dictionary[$0]) }
        translations.append((dictionary, made))
        return made
    }

    /// Some groups' values of a key.
    func keyVector(_ index: Int, _ range: Range<Int>) -> Vector {
        if let direct { return direct.keyVector(index, range) }
        return table?.columns[index].vector(range) ?? .nulls(count: range.count)
    }

    /// Forgets all groups, as if just made, and keeps its memory for others; false where it cannot.
    func reset() -> Bool {
        // A dictionary keeps the strings of a run alive.
        guard let direct, dictionaries.allSatisfy({ $0 == nil }), direct.reset() else {
            return false
        }
        rowsSeen = 0
        detached = nil
        mayTurnDirect = false
        return true
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int { (direct?.sizeInBytes ?? 0) + (table?.sizeInBytes ?? 0) }
}
