import KithValues

/// What was changed of one node or relationship since its chunk's segments were written.
struct RowChange {
    /// What became of the row. On disk: never renumber.
    enum Life: UInt8 {
        /// It is what the segments say, but for the changes here.
        case kept = 0
        /// It is new: nothing in the segments belongs to it.
        case created = 1
        /// It is gone.
        case deleted = 2
    }

    struct Property {
        var key: UInt32
        var value: Value
    }

    var life: Life
    /// A node's label set, where it is new or was changed.
    var labelSet: UInt32?
    /// The ends of a relationship that is new; those of one that is deleted too, but not on disk.
    var source: UInt64 = 0
    var target: UInt64 = 0
    /// Changed properties by key; null where one was removed.
    var properties: [Property] = []

    init(_ life: Life, labelSet: UInt32? = nil) {
        self.life = life
        self.labelSet = labelSet
    }

    /// Roughly the memory it takes, for the budget.
    var sizeInBytes: Int {
        var size = 96 + properties.count * 40
        for property in properties {
            if case .string(let text) = property.value { size += text.utf8.count }
        }
        return size
    }

    /// The position of a key among the properties, or where it belongs.
    func position(of key: UInt32) -> (index: Int, isFound: Bool) {
        var low = 0
        var high = properties.count
        while low < high {
            let middle = (low + high) / 2
            if properties[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return (low, low < properties.count && properties[low].key == key)
    }

    /// Whether it has properties of the same keys as these.
    func hasSameKeys(as others: [Property]) -> Bool {
        guard properties.count == others.count else { return false }
        for index in properties.indices where properties[index].key != others[index].key {
            return false
        }
        return true
    }

    /// What this change says about a property: nil when nothing.
    func property(_ key: UInt32) -> Value? {
        let (index, isFound) = position(of: key)
        if isFound { return properties[index].value }
        return life == .kept ? nil : .null
    }

    /// Notes that a property has a value now; null removes it.
    mutating func set(_ key: UInt32, to value: Value) {
        let (index, isFound) = position(of: key)
        if value.isNull, life == .created {
            if isFound { properties.remove(at: index) }
        } else if isFound {
            properties[index].value = value
        } else if properties.isEmpty {
            properties = [Property(key: key, value: value)]
        } else if index == properties.count {
            properties.append(Property(key: key, value: value))
        } else {
            properties.insert(Property(key: key, value: value), at: index)
        }
    }

    /// Notes that properties have values now, given by ascending key; null removes one.
    mutating func set(_ changes: [Property]) {
        guard changes.count > Self.insertedMax, !properties.isEmpty else {
            properties.reserveCapacity(properties.count + changes.count)
            for property in changes { set(property.key, to: property.value) }
            return
        }
        // Each property that is inserted moves all behind it, so many are merged with those there are.
        var merged: [Property] = []
        merged.reserveCapacity(properties.count + changes.count)
        var rest = properties[...]
        for property in changes {
            while let next = rest.first, next.key < property.key {
                merged.append(next)
                rest.removeFirst()
            }
            if rest.first?.key == property.key { rest.removeFirst() }
            if !property.value.isNull || life != .created { merged.append(property) }
        }
        properties = merged + rest
    }

    /// So many properties are inserted one by one.
    private static let insertedMax = 16

    /// This change with a later one on top.
    func followed(by later: RowChange) -> RowChange {
        guard later.life == .kept else { return later }
        var result = self
        if let labelSet = later.labelSet { result.labelSet = labelSet }
        result.set(later.properties)
        return result
    }
}

extension RowChange {
    /// Appends the stored form:
    ///
    /// | bytes | what |
    /// | --- | --- |
    /// | 1 | ``Life``; plus 4 if a label set follows, plus 8 if two ends follow |
    /// | varint | label set |
    /// | varint, varint | source, target |
    /// | varint | properties |
    /// | … | each: varint key, stored value |
    func append(to bytes: inout [UInt8], isRelationship: Bool) {
        let hasEnds = isRelationship && life == .created
        bytes.append(life.rawValue | (labelSet == nil ? 0 : 4) | (hasEnds ? 8 : 0))
        if let labelSet { bytes.appendVarint(UInt64(labelSet)) }
        if hasEnds {
            bytes.appendVarint(source)
            bytes.appendVarint(target)
        }
        bytes.appendVarint(properties.count)
        for property in properties {
            bytes.appendVarint(UInt64(property.key))
            property.value.appendStored(to: &bytes)
        }
    }

    /// Reads the stored form.
    init(_ bytes: UnsafeRawBufferPointer) throws(GraphError) {
        var reader = ByteReader(bytes)
        let flags = try reader.byte()
        guard flags < 16, let life = Life(rawValue: flags & 3) else {
            throw GraphError.corrupt("a changed row has an unknown form")
        }
        self.init(life)
        if flags & 4 != 0 { labelSet = UInt32(try reader.count(max: GraphLimits.tokensMax)) }
        if flags & 8 != 0 {
            source = try reader.varint()
            target = try reader.varint()
        }
        let count = try reader.count(max: GraphLimits.propertiesPerEntityMax)
        var offset = reader.offset
        for _ in 0..<count {
            var key = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
            let number = UInt32(try key.count(max: GraphLimits.tokensMax))
            offset += key.offset
            do throws(ValueError) {
                let value = try Value.decodeStored(bytes, at: &offset)
                properties.append(Property(key: number, value: value))
            } catch {
                throw GraphError.value(error)
            }
        }
        guard offset == bytes.count else {
            throw GraphError.corrupt("a changed row has bytes left over")
        }
        for index in properties.indices.dropFirst()
        where properties[index].key <= properties[index - 1].key {
            throw GraphError.corrupt("the properties of a changed row are out of order")
        }
    }
}
