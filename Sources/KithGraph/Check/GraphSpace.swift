import KithStorage
import KithValues

/// The bytes that one kind of content takes in the file.
public struct SpaceUse: Sendable, Equatable {
    /// What it is: a property with its encoding, lists of a type, an index, …
    public let name: String
    /// The number of segments, blocks or entries.
    public let pieces: Int
    /// The values or edges in them.
    public let values: Int
    /// Their bytes, without the pages' own.
    public let bytes: Int
}

extension GraphStore {
    /// Where the bytes of the file go, most first.
    public func space() throws(GraphError) -> [SpaceUse] {
        let reader = try beginRead()
        defer { reader.close() }
        var survey = SpaceSurvey(reader)
        try survey.run()
        return survey.uses
    }
}

/// Adds up the bytes of everything in a graph.
private struct SpaceSurvey {
    private struct Sum {
        var pieces = 0
        var values = 0
        var bytes = 0
    }

    private let reader: GraphReader
    private let storage: StorageReader
    private var sums: [String: Sum] = [:]

    init(_ reader: GraphReader) {
        self.reader = reader
        storage = reader.storage
    }

    var uses: [SpaceUse] {
        sums.map { name, sum in
            SpaceUse(name: name, pieces: sum.pieces, values: sum.values, bytes: sum.bytes)
        }.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
    }

    private mutating func add(_ name: String, values: Int, bytes: Int) {
        sums[name, default: Sum()].pieces += 1
        sums[name, default: Sum()].values += values
        sums[name, default: Sum()].bytes += bytes
    }

    mutating func run() throws(GraphError) {
        try addDescriptors(.node)
        try addDescriptors(.relationship)
        try addBlocks(isIncoming: false)
        try addBlocks(isIncoming: true)
        for index in reader.catalog.indexes {
            try addTree("index \(index.name)", KeySpaces.index(index.id))
        }
        let others = [
            ("catalog", KeySpaces.catalog), ("homes", KeySpaces.homes),
            ("members", KeySpaces.members), ("changed nodes", KeySpaces.recentNodes),
            ("changed relationships", KeySpaces.recentRelationships),
            ("changed edges", KeySpaces.recentEdges), ("statistics", KeySpaces.statistics),
        ]
        for (name, tree) in others { try addTree(name, tree) }
    }

    private func forEachEntry(
        _ tree: TreeID,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(GraphError) -> Void
    ) throws(GraphError) {
        let cursor = storage.cursor(in: tree)
        var isOnEntry = try storageCall { () throws(StorageError) in try cursor.seekFirst() }
        while isOnEntry {
            try body(cursor.key, cursor.value)
            isOnEntry = try storageCall { () throws(StorageError) in try cursor.next() }
        }
    }

    private mutating func addTree(_ name: String, _ tree: TreeID) throws(GraphError) {
        var sum = Sum()
        try forEachEntry(tree) { key, value throws(GraphError) in
            sum.pieces += 1
            sum.bytes += key.count + value.count
        }
        sum.values = sum.pieces
        if sum.pieces > 0 { sums[name] = sum }
    }

    private func bytes(_ reference: ExtentReference) throws(GraphError) -> ExtentBuffer {
        try storageCall { () throws(StorageError) in try storage.readExtent(reference) }
    }

    private mutating func addDescriptors(_ kind: EntityKind) throws(GraphError) {
        var found: [(name: String, values: Int, bytes: Int)] = []
        let catalog = reader.catalog
        try forEachEntry(KeySpaces.descriptors(kind)) { key, value throws(GraphError) in
            let padded = PaddedBytes(value)
            let descriptor = try ChunkDescriptor(padded.bytes, kind)
            var own = key.count + value.count
            for segment in descriptor.segments {
                let encoding: UInt8
                let length: Int
                switch segment.location {
                case .inline(let content):
                    encoding = content.first ?? 0
                    length = content.count
                    own -= length
                case .extent(let reference):
                    let buffer = try bytes(reference)
                    encoding = buffer.bytes.first ?? 0
                    length = Int(reference.byteCount)
                }
                let form = SegmentEncoding(rawValue: encoding).map { "\($0)" } ?? "unknown"
                found.append(
                    (
                        "\(owner(descriptor, kind, catalog)) \(name(segment.key, catalog)), "
                            + form, segment.zone.valueCount, length
                    ))
            }
            found.append(("descriptors of \(kind)s", descriptor.slotCount, own))
        }
        for item in found { add(item.name, values: item.values, bytes: item.bytes) }
    }

    private func owner(
        _ descriptor: ChunkDescriptor, _ kind: EntityKind, _ catalog: Catalog
    ) -> String {
        if kind == .relationship {
            return ":" + catalog.name(of: RelationshipTypeID(rawValue: descriptor.type))
        }
        guard descriptor.labelSets.count == 1, let set = descriptor.labelSets.first else {
            return "mixed nodes"
        }
        let labels = catalog.labelSets[set].map { catalog.name(of: LabelID(rawValue: $0)) }
        return labels.isEmpty ? "nodes" : labels.map { ":" + $0 }.joined()
    }

    private func name(_ key: UInt32, _ catalog: Catalog) -> String {
        switch key {
        case SegmentEntry.sourceKey: "sources"
        case SegmentEntry.targetKey: "targets"
        default: catalog.name(of: PropertyKeyID(rawValue: key))
        }
    }

    private mutating func addBlocks(isIncoming: Bool) throws(GraphError) {
        var found: [(name: String, values: Int, bytes: Int)] = []
        let catalog = reader.catalog
        try forEachEntry(KeySpaces.blocks(isIncoming: isIncoming)) {
            key, value throws(GraphError) in
            let entry = try AdjacencyChunk.Entry(value)
            let type = RelationshipTypeID(rawValue: key.bigEndianUInt32(at: 0))
            let header: UInt8
            let length: Int
            switch entry.location {
            case .inline(let content):
                header = content.count > 1 ? content[1] : 0
                length = content.count
            case .extent(let reference):
                let buffer = try bytes(reference)
                header = buffer.bytes.count > 1 ? buffer.bytes[1] : 0
                length = Int(reference.byteCount)
            }
            let form = BlockNeighbourForm(rawValue: header).map { "\($0)" } ?? "unknown"
            let way = isIncoming ? "incoming" : "outgoing"
            found.append((":\(catalog.name(of: type)) \(way), \(form)", entry.edgeCount, length))
            found.append(("entries of \(way) lists", entry.edgeCount, key.count + value.count))
        }
        for item in found { add(item.name, values: item.values, bytes: item.bytes) }
    }
}
