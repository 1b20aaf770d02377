import Glibc
import KithGraph
import KithValues

/// Where the columns of one property lie in memory, by chunk.
///
/// So rows in random order cost one look into the table and one into the column. The table keeps the
/// columns alive that it has met while a statement runs; afterwards it may serve another run, and where
/// nothing was let go of in between it still knows them.
final class ColumnTable {
    /// What is known of a chunk's column, joined over many chunks by OR.
    struct Traits: OptionSet {
        let rawValue: UInt32
        static let integer = Traits(rawValue: 1)
        static let date = Traits(rawValue: 2)
        static let float = Traits(rawValue: 4)
        static let boolean = Traits(rawValue: 8)
        static let string = Traits(rawValue: 16)
        static let tagged = Traits(rawValue: 32)
        /// Not every slot has a value.
        static let partial = Traits(rawValue: 64)
        /// Nobody asked for the column yet.
        static let unknown = Traits(rawValue: 128)
        static let layouts: Traits = [.integer, .date, .float, .boolean, .string, .tagged]
    }

    /// Where the parts of a column of strings, or of one with missing values, lie.
    struct Place {
        var count: Int32 = 0
        /// The position in ``held``.
        var column: Int32 = 0
        var validity: UnsafePointer<UInt64>?
        var lengths: UnsafePointer<UInt32>?
        var bytes: UnsafePointer<UInt8>?
        /// For numbered strings: each slot's own code, and where the numbers of the codes begin.
        var codes: UnsafePointer<UInt16>?
        var numbers: UnsafePointer<UInt32>?
        /// Each slot's code in the column's own dictionary, and there the code of a text, once somebody
        /// sought one: see ``SoughtCode``.
        var soughtCodes: UnsafePointer<UInt16>?
        var soughtCode: Int32 = 0
    }

    /// The columns met so far; a vector of strings keeps them alive through this.
    final class Held {
        var columns: [Column] = []
    }

    let key: PropertyKeyID
    let kind: EntityKind
    /// The statement's count of changes for which the table holds.
    private(set) var version: UInt64
    let chunkCount: Int
    /// Traits in the lower half, the last slot covered (-1 for none) in the upper, with the bits of
    /// ``unknownWord`` turned round: a chunk whose column is not known has 0, here and below, so that
    /// the chunks nobody asks for cost nothing.
    private let words: UnsafeMutablePointer<UInt32>
    let values: UnsafeMutablePointer<UnsafeRawPointer>
    let places: UnsafeMutablePointer<Place>
    @exclusivity(unchecked) private(set) var held = Held()
    /// The bytes of the columns in ``held``.
    private var heldInBytes = 0
    /// What the graph's cache had evicted when the table was empty.
    private var evictedInBytes: Int
    /// What was decoded of the graph when the table was empty.
    private var state: DecodedState?
    /// The chunks whose columns are known.
    @exclusivity(unchecked) private(set) var learned: [Int32] = []
    /// Between runs, the columns: the graph's cache keeps them, or has let go of them and shows that by
    /// its state.
    @exclusivity(unchecked) private var unowned: [Unmanaged<Column>] = []
    /// Columns without values, which are nobody's.
    private var empty: [Column] = []
    /// How often a chunk whose column is not known was asked for a few values, up to ``asksMax``.
    private let asks: UnsafeMutablePointer<UInt8>
    /// Whether a column was asked for so often that it is worth decoding.
    private(set) var wantsToLearn = false

    /// The text that strings are compared with, if any was.
    var sought: [UInt8] = []
    var hasSought = false

    /// Reading so many values one by one costs about as much as decoding a column.
    private static let asksMax: UInt8 = 8

    private static let unknownWord = UInt32(0xFFFF) << 16 | Traits.unknown.rawValue

    init(_ key: PropertyKeyID, _ kind: EntityKind, _ context: ExecutionContext) {
        self.key = key
        self.kind = kind
        version = context.graphVersion
        evictedInBytes = context.graph.decodedEvictedInBytes
        state = context.graph.decodedState
        chunkCount = context.graph.chunkCount(kind)
        words = Self.zeroed(chunkCount)
        values = Self.zeroed(chunkCount)
        places = Self.zeroed(chunkCount)
        asks = Self.zeroed(chunkCount)
    }

    /// The system gives much memory zeroed, page by page as it is touched.
    private static func zeroed<Element>(_ count: Int) -> UnsafeMutablePointer<Element> {
        let count = max(count, 1)
        guard let memory = calloc(count, MemoryLayout<Element>.stride) else {
            preconditionFailure("the system has no memory for a table of chunks")
        }
        return memory.bindMemory(to: Element.self, capacity: count)
    }

    /// Ends serving a run: keeps no column alive, but remembers where they lie.
    func rest() {
        forgetNumbers()
        unowned = held.columns.map { Unmanaged.passUnretained($0) }
        // Vectors of strings may keep the columns.
        held = Held()
    }

    /// Begins to serve another run, after ``rest()``; false where the table does not fit it.
    func serve(
        _ key: PropertyKeyID, _ kind: EntityKind, _ context: ExecutionContext
    ) -> Bool {
        let graph = context.graph
        guard self.key == key, self.kind == kind, chunkCount == graph.chunkCount(kind) else {
            return false
        }
        version = context.graphVersion
        wantsToLearn = false
        if let state, graph.whileDecoded(state, { keepColumns() }) { return true }
        forget(graph)
        return true
    }

    /// Forgets all columns: the graph's cache may not have them any more.
    private func forget(_ graph: GraphReader) {
        for chunk in learned {
            words[Int(chunk)] = 0
            places[Int(chunk)] = Place()
        }
        learned.removeAll(keepingCapacity: true)
        unowned.removeAll(keepingCapacity: true)
        empty = []
        heldInBytes = 0
        evictedInBytes = graph.decodedEvictedInBytes
        state = graph.decodedState
    }

    /// Between runs, reads the values of a few entities where their columns are known and hold nothing but
    /// numbers of one layout, and says which; nil where that is not so.
    func read(
        _ ids: UnsafePointer<UInt64>, count: Int, into target: UnsafeMutablePointer<UInt64>,
        _ context: ExecutionContext
    ) -> Vector.Layout? {
        guard let state, chunkCount == context.graph.chunkCount(kind) else { return nil }
        var layout: Vector.Layout?
        let isKept = context.graph.whileDecoded(state) {
            layout = layoutOfNumbers(ids, count)
            guard layout != nil else { return }
            var row = 0
            while row < count {
                target[row] = values[Int(truncatingIfNeeded: ids[row] &>> 11)].load(
                    fromByteOffset: Int(truncatingIfNeeded: ids[row] & 2_047) &* 8,
                    as: UInt64.self)
                row &+= 1
            }
        }
        if !isKept { forget(context.graph) }
        return layout
    }

    /// The layout of all values of entities, where all are there and are numbers of one; counts who asks
    /// for columns that are not known.
    private func layoutOfNumbers(
        _ ids: UnsafePointer<UInt64>, _ count: Int
    ) -> Vector.Layout? {
        var joined: UInt32 = 0
        var outside: Int32 = 0
        for row in 0..<count {
            let chunk = Int(truncatingIfNeeded: ids[row] &>> 11)
            guard UInt(bitPattern: chunk) < UInt(bitPattern: chunkCount) else { return nil }
            let word = words[chunk] ^ Self.unknownWord
            joined |= word
            if words[chunk] == 0 {
                asks[chunk] = min(asks[chunk] &+ 1, Self.asksMax)
                wantsToLearn = wantsToLearn || asks[chunk] == Self.asksMax
                continue
            }
            outside |= (Int32(bitPattern: word) &>> 16) &- Int32(ids[row] & 2_047)
        }
        guard outside >= 0 else { return nil }
        switch Traits(rawValue: joined & 0xFF) {
        case .integer: return .integer
        case .date: return .date
        case .float: return .float
        default: return nil
        }
    }

    private func keepColumns() {
        held.columns = unowned.map { $0.takeUnretainedValue() }
    }

    private func forgetNumbers() {
        for chunk in learned {
            let place = places + Int(chunk)
            guard let numbers = place.pointee.numbers else { continue }
            numbers.deallocate()
            if held.columns[Int(place.pointee.column)].codes == nil {
                place.pointee.codes?.deallocate()
            }
            place.pointee.numbers = nil
            place.pointee.codes = nil
        }
    }

    deinit {
        forgetNumbers()
        free(words)
        free(values)
        free(places)
        free(asks)
    }

    /// Whether it keeps much memory alive that the graph's cache may have wanted back. Where nothing was
    /// evicted, what it holds is the cache's own.
    func isBurden(_ context: ExecutionContext) -> Bool {
        let graph = context.graph
        return heldInBytes > graph.decodedBudgetInBytes / Self.shareOfBudget
            && graph.decodedEvictedInBytes != evictedInBytes
    }

    /// A table holds at most this part of the cache's budget besides the cache, but for the columns of
    /// one batch.
    private static let shareOfBudget = 48

    /// What the columns of some ids have in common.
    struct Survey {
        /// ``Traits/partial`` also where an id lies outside of its column.
        var traits: Traits
        /// The chunk of all ids, where they are of one.
        var chunk: Int?
    }

    /// Makes the columns of all ids known and says what they have in common. Of ids that are known to be
    /// of one chunk that is `known`. nil where there are several and too little memory for their columns.
    func survey(
        _ ids: UnsafePointer<UInt64>, count: Int, known: Int?, _ context: ExecutionContext
    ) throws(QueryError) -> Survey? {
        let chunk = known ?? Self.commonChunk(ids, count)
        if let chunk, UInt(bitPattern: chunk) < UInt(bitPattern: chunkCount) {
            try learn(UInt64(chunk), context)
            let word = words[chunk] ^ Self.unknownWord
            if word &>> 16 == UInt32(GraphLimits.slotsPerChunk - 1) {
                return Survey(traits: Traits(rawValue: word & 0xFF), chunk: chunk)
            }
        }
        guard let traits = try joinedTraits(ids, count, isScattered: chunk == nil, context) else {
            return nil
        }
        return Survey(traits: traits, chunk: chunk)
    }

    /// The chunk of all ids, of which there is at least one; nil where they are of several.
    @inline(__always)
    static func commonChunk(_ ids: UnsafePointer<UInt64>, _ count: Int) -> Int? {
        let first = ids[0]
        guard first &>> 11 == ids[count &- 1] &>> 11 else { return nil }
        var differs: UInt64 = 0
        var row = 0
        while row < count {
            differs |= ids[row] ^ first
            row &+= 1
        }
        return differs &>> 11 == 0 ? Int(truncatingIfNeeded: first &>> 11) : nil
    }

    private func joinedTraits(
        _ ids: UnsafePointer<UInt64>, _ count: Int, isScattered: Bool, _ context: ExecutionContext
    ) throws(QueryError) -> Traits? {
        while true {
            let traits =
                areWithin(ids, count)
                ? joinedTraitsWithin(ids, count) : joinedTraitsBeyond(ids, count)
            guard traits.contains(.unknown) else { return traits }
            var last = UInt64.max
            for row in 0..<count where ids[row] &>> 11 != last {
                last = ids[row] &>> 11
                try learn(last, context)
                if isScattered, isBurden(context) { return nil }
            }
        }
    }

    /// Whether all ids are of chunks that the table has, as far as is quickly seen.
    private func areWithin(_ ids: UnsafePointer<UInt64>, _ count: Int) -> Bool {
        // No less than the greatest, and less than twice it.
        var union: UInt64 = 0
        for row in 0..<count { union |= ids[row] }
        return union &>> 11 < UInt64(chunkCount)
    }

    /// What is known of the columns of ids whose chunks the table has.
    private func joinedTraitsWithin(_ ids: UnsafePointer<UInt64>, _ count: Int) -> Traits {
        let words = words
        var joined: UInt32 = 0
        var outside: Int32 = 0
        var row = 0
        while row < count {
            let id = ids[row]
            let word = words[Int(truncatingIfNeeded: id &>> 11)] ^ Self.unknownWord
            joined |= word
            outside |= (Int32(bitPattern: word) &>> 16) &- Int32(truncatingIfNeeded: id & 2_047)
            row &+= 1
        }
        let traits = Traits(rawValue: joined & 0xFF)
        return outside < 0 ? traits.union(.partial) : traits
    }

    /// The same for any ids.
    private func joinedTraitsBeyond(_ ids: UnsafePointer<UInt64>, _ count: Int) -> Traits {
        var traits: Traits = []
        for row in 0..<count {
            traits.formUnion(
                ids[row] &>> 11 < UInt64(chunkCount)
                    ? joinedTraitsWithin(ids + row, 1) : .partial)
        }
        return traits
    }

    private func learn(_ chunk: UInt64, _ context: ExecutionContext) throws(QueryError) {
        let position = Int(truncatingIfNeeded: chunk)
        guard UInt(bitPattern: position) < UInt(bitPattern: chunkCount),
            words[position] == 0
        else { return }
        let (key, kind) = (key, kind)
        let column = try context.onGraph { () throws(GraphError) in
            kind == .node
                ? try context.graph.column(key, inNodeChunk: ChunkID(rawValue: chunk))
                : try context.graph.column(key, inRelationshipChunk: ChunkID(rawValue: chunk))
        }
        var traits: Traits = []
        var place = Place(
            count: Int32(truncatingIfNeeded: column.count),
            column: Int32(truncatingIfNeeded: held.columns.count), validity: column.validity)
        switch column.layout {
        case .null:
            traits = .partial
            place.count = 0
            values[position] = UnsafeRawPointer(words)
            empty.append(column)
        case .integer:
            traits = .integer
            values[position] = UnsafeRawPointer(column.integers)
        case .date:
            traits = .date
            values[position] = UnsafeRawPointer(column.integers)
        case .float:
            traits = .float
            values[position] = UnsafeRawPointer(column.floats)
        case .boolean:
            traits = .boolean
            values[position] = UnsafeRawPointer(column.booleans)
        case .string:
            traits = .string
            values[position] = UnsafeRawPointer(column.stringStarts)
            place.lengths = column.stringLengths
            place.bytes = column.stringBytes
        case .tagged:
            traits = .tagged
            values[position] = UnsafeRawPointer(words)
        }
        if column.validity != nil { traits.insert(.partial) }
        learned.append(Int32(truncatingIfNeeded: position))
        held.columns.append(column)
        heldInBytes += column.sizeInBytes
        places[position] = place
        words[position] =
            (UInt32(bitPattern: place.count - 1) &<< 16 | traits.rawValue)
            ^ Self.unknownWord
    }

    /// Whether an id has a value; for ids whose columns are known.
    @inline(__always)
    func hasValue(_ id: UInt64) -> Bool {
        let chunk = Int(truncatingIfNeeded: id &>> 11)
        let slot = Int(truncatingIfNeeded: id & 2_047)
        guard UInt(bitPattern: chunk) < UInt(bitPattern: chunkCount),
            slot < Int(places[chunk].count)
        else { return false }
        guard let validity = places[chunk].validity else { return true }
        return validity[slot &>> 6] &>> UInt64(truncatingIfNeeded: slot & 63) & 1 != 0
    }
}
