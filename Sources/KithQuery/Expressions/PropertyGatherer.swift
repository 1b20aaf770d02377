import KithGraph
import KithValues

/// Reads one property of many entities out of the columns of their chunks.
///
/// Few rows are read one by one, which decodes nothing; many through a ``ColumnTable``, in loops
/// without a branch where every entity has a value of one layout.
final class PropertyGatherer: RunResource {
    // What is not private here is for the strings, in a file of their own.
    private var table: ColumnTable?
    /// The table of the run before, or one that is to know what is read a few values at a time.
    private var spare: ColumnTable?
    var dictionary: StringDictionary?
    var pages: StringNumberPages?
    /// Room for both between runs: on the same state of the graph the next run goes on with them.
    private let numbersMemory = KeptMemory()
    var numbersBudgetInBytes = 0
    /// The rows of numbered strings that came in random order.
    var scatteredRows = 0
    var refusesNumbers = false
    var refusesEquality = false
    private var isRegistered = false
    private lazy var buffer = PropertyBuffer()
    /// Whether a few values were read before.
    private var hasReadFew = false

    func runEnded() {
        table?.rest()
        spare = table
        table = nil
        keepNumbers()
        scatteredRows = 0
        refusesNumbers = false
        refusesEquality = false
        isRegistered = false
    }

    /// Keeps the strings' numbers for another run, where they are few and there is room.
    private func keepNumbers() {
        if let pages, let dictionary, !refusesNumbers, dictionary.end <= Self.keptStringsMax,
            numbersMemory.take(
                pages.sizeInBytes + dictionary.sizeInBytes, budgetInBytes: numbersBudgetInBytes)
        {
            return
        }
        forgetNumbers()
    }

    /// Forgets numbers that an earlier run left, unless they hold for this one.
    func beginNumbers(_ context: ExecutionContext) {
        guard !isRegistered, let pages,
            pages.version != context.graphVersion || pages.state != context.graph.stateNumber
        else { return }
        forgetNumbers()
    }

    private func forgetNumbers() {
        dictionary = nil
        pages = nil
        numbersMemory.giveBack()
    }

    /// Another run may have other strings, and no more than so many are numbered in all.
    private static let keptStringsMax = StringDictionary.countMax / 4

    /// The property of each row of a vector of nodes or relationships.
    func gather(
        _ key: PropertyKeyID, of entities: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        if entities.isConstant {
            let value = try single(key, entities, 0, context)
            return .constant(value, count: entities.count)
        }
        guard entities.validity == nil else { return try gatherPresent(key, entities, context) }
        if entities.count <= PropertyBuffer.countMax, table == nil {
            if let vector = try few(key, of: entities, context) { return vector }
        }
        let count = entities.count
        guard count > 0 else { return .nulls(count: 0) }
        if isShortOfMemory(for: entities, context) {
            return try gatherPieces(key, entities, context)
        }
        let table = table(for: key, of: entities, context)
        let known = try table.survey(
            entities.ids, count: count, known: entities.chunk, context)
        guard let survey = known else { return try gatherPieces(key, entities, context) }
        let isWhole = !survey.traits.contains(.partial)
        switch survey.traits.intersection(.layouts) {
        case []: return .nulls(count: count)
        case .integer: return words(.integer, entities, table, isWhole, survey.chunk)
        case .date: return words(.date, entities, table, isWhole, survey.chunk)
        case .float: return words(.float, entities, table, isWhole, survey.chunk)
        case .boolean: return booleans(entities, table, isWhole)
        case .string: return strings(entities, table, isWhole, survey.chunk)
        default: return mixed(entities, table)
        }
    }

    /// The property of a few rows, read one by one, or where the columns of numbers are known from there;
    /// nil where columns were asked for so often that they should be known.
    private func few(
        _ key: PropertyKeyID, of entities: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Vector? {
        let kind: EntityKind = entities.layout == .node ? .node : .relationship
        let buffer = buffer
        if spare == nil, hasReadFew, context.graph.isSnapshot {
            spare = ColumnTable(key, kind, context)
        }
        hasReadFew = true
        if let spare, spare.key == key, spare.kind == kind {
            let count = entities.count
            if let layout = spare.read(entities.ids, count: count, into: buffer.words, context) {
                return .ids(layout, buffer.words, count: count)
            }
            if spare.wantsToLearn { return nil }
        }
        try context.onGraph { () throws(GraphError) in
            try context.graph.gather(
                key, kind, entities.ids, count: entities.count, into: buffer)
        }
        return Vector(buffer, count: entities.count)
    }

    /// Whether the columns of many chunks, decoded at once, would be more than the cache has room for.
    func isShortOfMemory(for entities: Vector, _ context: ExecutionContext) -> Bool {
        guard let table, table.isBurden(context) else { return false }
        return ColumnTable.commonChunk(entities.ids, entities.count) == nil
    }

    /// The form for rows of many chunks where memory is short: a few at a time, which decodes nothing.
    private func gatherPieces(
        _ key: PropertyKeyID, _ entities: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        let kind: EntityKind = entities.layout == .node ? .node : .relationship
        let buffer = buffer
        var pieces: [Vector] = []
        var start = 0
        while start < entities.count {
            let count = min(entities.count - start, PropertyBuffer.countMax)
            let ids = entities.ids + start
            try context.onGraph { () throws(GraphError) in
                try context.graph.gather(key, kind, ids, count: count, into: buffer)
            }
            pieces.append(Vector(buffer, count: count))
            start += count
        }
        return Vector.concatenated(pieces)
    }

    func table(
        for key: PropertyKeyID, of entities: Vector, _ context: ExecutionContext
    ) -> ColumnTable {
        let kind: EntityKind = entities.layout == .node ? .node : .relationship
        if let table, table.version == context.graphVersion, table.key == key, table.kind == kind,
            !table.isBurden(context)
        {
            return table
        }
        table = nil
        if !isRegistered { context.register(self) }
        isRegistered = true
        let made: ColumnTable
        if let spare, spare.serve(key, kind, context) {
            made = spare
        } else {
            made = ColumnTable(key, kind, context)
        }
        spare = nil
        table = made
        return made
    }

    /// Whether ids of one chunk lie one after the other.
    @inline(__always)
    private static func isRun(_ ids: UnsafePointer<UInt64>, _ count: Int) -> Bool {
        let first = ids[0]
        guard ids[count - 1] == first &+ UInt64(count - 1) else { return false }
        var differs: UInt64 = 0
        var row = 0
        while row < count {
            differs |= ids[row] ^ (first &+ UInt64(truncatingIfNeeded: row))
            row &+= 1
        }
        return differs == 0
    }

    private func words(
        _ layout: Vector.Layout, _ entities: Vector, _ table: ColumnTable, _ isWhole: Bool,
        _ chunk: Int?
    ) -> Vector {
        let count = entities.count
        let ids = entities.ids
        if isWhole, entities.isRun, let chunk {
            return Vector(
                lent: table.values[chunk] + Int(truncatingIfNeeded: ids[0] & 2_047) &* 8, layout,
                count: count, by: table.held.columns[Int(table.places[chunk].column)])
        }
        let result = Vector(layout, count: count, hasNulls: !isWhole)
        let target = result.ids
        if let validity = result.validity {
            for row in 0..<count where table.hasValue(ids[row]) {
                let chunk = Int(truncatingIfNeeded: ids[row] &>> 11)
                target[row] =
                    table.values[chunk].assumingMemoryBound(to: UInt64.self)[
                        Int(truncatingIfNeeded: ids[row] & 2_047)]
                validity[row] = 1
            }
            return result
        }
        var row = 0
        if let chunk {
            let values = table.values[chunk].assumingMemoryBound(to: UInt64.self)
            if Self.isRun(ids, count) {
                target.update(
                    from: values + Int(truncatingIfNeeded: ids[0] & 2_047), count: count)
                return result
            }
            while row < count {
                target[row] = values[Int(truncatingIfNeeded: ids[row] & 2_047)]
                row &+= 1
            }
            return result
        }
        let values = table.values
        while row < count {
            let id = ids[row]
            target[row] = values[Int(truncatingIfNeeded: id &>> 11)].load(
                fromByteOffset: Int(truncatingIfNeeded: id & 2_047) &* 8, as: UInt64.self)
            row &+= 1
        }
        return result
    }

    private func booleans(_ entities: Vector, _ table: ColumnTable, _ isWhole: Bool) -> Vector {
        let count = entities.count
        let result = Vector(.boolean, count: count, hasNulls: !isWhole)
        for row in 0..<count where isWhole || table.hasValue(entities.ids[row]) {
            let id = entities.ids[row]
            result.booleans[row] = table.values[Int(truncatingIfNeeded: id &>> 11)].load(
                fromByteOffset: Int(truncatingIfNeeded: id & 2_047), as: UInt8.self)
            result.validity?[row] = 1
        }
        return result
    }

    private func strings(
        _ entities: Vector, _ table: ColumnTable, _ isWhole: Bool, _ chunk: Int?
    ) -> Vector {
        let count = entities.count
        let ids = entities.ids
        let result = Vector(.string, count: count, hasNulls: !isWhole, owners: [table.held])
        let target = result.strings
        if isWhole, let chunk, let bytes = table.places[chunk].bytes,
            let lengths = table.places[chunk].lengths
        {
            let starts = table.values[chunk].assumingMemoryBound(to: UInt32.self)
            var row = 0
            while row < count {
                let slot = Int(truncatingIfNeeded: ids[row] & 2_047)
                target[row] = StringView(
                    start: bytes + Int(starts[slot]), count: Int(lengths[slot]))
                row &+= 1
            }
            return result
        }
        for row in 0..<count {
            let id = ids[row]
            let place = table.places + Int(truncatingIfNeeded: id &>> 11)
            let slot = Int(truncatingIfNeeded: id & 2_047)
            guard isWhole || table.hasValue(id), let bytes = place.pointee.bytes,
                let lengths = place.pointee.lengths
            else {
                target[row] = .empty
                continue
            }
            let start = table.values[Int(truncatingIfNeeded: id &>> 11)].load(
                fromByteOffset: slot &* 4, as: UInt32.self)
            target[row] = StringView(start: bytes + Int(start), count: Int(lengths[slot]))
            result.validity?[row] = 1
        }
        return result
    }

    /// The form for columns of different layouts.
    private func mixed(_ entities: Vector, _ table: ColumnTable) -> Vector {
        var values: [Value] = []
        values.reserveCapacity(entities.count)
        let columns = table.held.columns
        for row in 0..<entities.count {
            let id = entities.ids[row]
            guard id &>> 11 < UInt64(table.chunkCount) else {
                values.append(.null)
                continue
            }
            let place = table.places + Int(truncatingIfNeeded: id &>> 11)
            values.append(columns[Int(place.pointee.column)].value(at: Int(id & 2_047)))
        }
        return .of(values)
    }

    /// The form for entities of which some are null.
    private func gatherPresent(
        _ key: PropertyKeyID, _ entities: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        let (ids, rows) = entities.presentIDs(entities.layout)
        guard !ids.isEmpty else { return .nulls(count: entities.count) }
        let found = try gather(key, of: .ids(entities.layout, ids), context)
        var order = [Int32](repeating: Int32(ids.count), count: entities.count)
        for (position, row) in rows.enumerated() { order[Int(row)] = Int32(position) }
        return Vector.concatenated([found, .nulls(count: 1)]).gathered(order, count: order.count)
    }

    private func single(
        _ key: PropertyKeyID, _ entities: Vector, _ row: Int, _ context: ExecutionContext
    ) throws(QueryError) -> Value {
        if entities.isNull(row) { return .null }
        let id = entities.ids[entities.position(row)]
        return try context.onGraph { () throws(GraphError) in
            entities.layout == .node
                ? try context.graph.property(key, of: NodeID(rawValue: id))
                : try context.graph.property(key, of: RelationshipID(rawValue: id))
        }
    }
}

extension Vector {
    /// What a buffer has of `count` entities.
    convenience init(_ buffer: PropertyBuffer, count: Int) {
        let layout: Layout
        switch buffer.layout {
        case .null, .tagged:
            self.init(
                tagged: buffer.layout == .null ? [.null] : buffer.values, count: count,
                isConstant: buffer.layout == .null)
            return
        case .integer: layout = .integer
        case .float: layout = .float
        case .boolean: layout = .boolean
        case .date: layout = .date
        case .string: layout = .string
        }
        let all = count == 64 ? UInt64.max : (1 &<< UInt64(count)) &- 1
        let arena = layout == .string ? StringArena.copy(of: buffer) : nil
        self.init(
            layout, count: count, hasNulls: buffer.present != all,
            owners: arena.map { [$0.arena] } ?? [])
        for row in 0..<count {
            let isPresent = buffer.present &>> UInt64(row) & 1 != 0
            switch layout {
            case .boolean: booleans[row] = UInt8(truncatingIfNeeded: buffer.words[row])
            case .string:
                strings[row] =
                    isPresent
                    ? StringView(
                        start: (arena?.start ?? StringView.empty.start) + Int(buffer.words[row]),
                        count: Int(buffer.lengths[row])) : .empty
            default: ids[row] = buffer.words[row]
            }
            if isPresent { validity?[row] = 1 }
        }
    }
}

extension StringArena {
    /// An arena with the bytes of a buffer, and where they begin.
    fileprivate static func copy(
        of buffer: PropertyBuffer
    ) -> (arena: StringArena, start: UnsafePointer<UInt8>) {
        let arena = StringArena()
        let all = arena.store(UnsafeBufferPointer(start: buffer.bytes, count: buffer.byteCount))
        return (arena, all.start)
    }
}
