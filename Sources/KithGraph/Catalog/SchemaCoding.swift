import KithValues

/// The stored forms of index and constraint definitions.
///
/// A definition is: name (varint length, bytes), entity (1), label or type (varint), properties
/// (varint count, varints). An index goes on with: unique (1), whether it serves a constraint (1),
/// that constraint's name. A constraint goes on with: kind (1; 0 unique, 1 exists, 2 key, 3 type),
/// index number plus 1 (varint, 0 for none), for types: count (varint), each kind (1) and kind of
/// elements plus 1 (1, 0 for any).
enum SchemaCoding {
    private static func append(_ name: String, to bytes: inout [UInt8]) {
        bytes.appendVarint(name.utf8.count)
        bytes.append(contentsOf: name.utf8)
    }

    private static func readName(_ reader: inout ByteReader) throws(GraphError) -> String {
        let count = try reader.count(max: GraphLimits.nameLengthMaxInBytes)
        return String(decoding: try reader.take(count), as: UTF8.self)
    }

    private static func appendCommon(
        _ name: String, _ entity: EntityKind, _ token: UInt32, _ properties: [PropertyKeyID],
        to bytes: inout [UInt8]
    ) {
        append(name, to: &bytes)
        bytes.append(entity.rawValue)
        bytes.appendVarint(UInt64(token))
        bytes.appendVarint(properties.count)
        for property in properties { bytes.appendVarint(UInt64(property.rawValue)) }
    }

    private struct Common {
        let name: String
        let entity: EntityKind
        let token: UInt32
        let properties: [PropertyKeyID]

        init(_ reader: inout ByteReader) throws(GraphError) {
            name = try readName(&reader)
            guard let entity = EntityKind(rawValue: try reader.byte()) else {
                throw GraphError.corrupt("a definition is of an unknown kind")
            }
            self.entity = entity
            token = UInt32(try reader.count(max: GraphLimits.tokensMax))
            let count = try reader.count(max: GraphLimits.propertiesPerIndexMax)
            var properties: [PropertyKeyID] = []
            for _ in 0..<count {
                let key = UInt32(try reader.count(max: GraphLimits.tokensMax))
                properties.append(PropertyKeyID(rawValue: key))
            }
            self.properties = properties
        }
    }

    static func encoded(_ index: IndexDefinition) -> [UInt8] {
        var bytes: [UInt8] = []
        appendCommon(index.name, index.entity, index.token, index.properties, to: &bytes)
        bytes.append(index.isUnique ? 1 : 0)
        bytes.append(index.constraintName == nil ? 0 : 1)
        if let name = index.constraintName { append(name, to: &bytes) }
        return bytes
    }

    static func index(
        _ bytes: UnsafeRawBufferPointer, _ id: IndexID
    ) throws(GraphError) -> IndexDefinition {
        var reader = ByteReader(bytes)
        let common = try Common(&reader)
        let isUnique = try reader.byte() != 0
        let hasConstraint = try reader.byte() != 0
        return IndexDefinition(
            id: id, name: common.name, entity: common.entity, token: common.token,
            properties: common.properties, isUnique: isUnique,
            constraintName: hasConstraint ? try readName(&reader) : nil)
    }

    static func encoded(_ constraint: ConstraintDefinition) -> [UInt8] {
        var bytes: [UInt8] = []
        appendCommon(
            constraint.name, constraint.entity, constraint.token, constraint.properties, to: &bytes)
        switch constraint.kind {
        case .unique: bytes.append(0)
        case .exists: bytes.append(1)
        case .key: bytes.append(2)
        case .type: bytes.append(3)
        }
        bytes.appendVarint(constraint.index.map { UInt64($0.rawValue) + 1 } ?? 0)
        if case .type(let types) = constraint.kind {
            bytes.appendVarint(types.count)
            for type in types {
                bytes.append(type.kind.rawValue)
                bytes.append(type.elementKind.map { $0.rawValue + 1 } ?? 0)
            }
        }
        return bytes
    }

    static func constraint(
        _ bytes: UnsafeRawBufferPointer
    ) throws(GraphError) -> ConstraintDefinition {
        var reader = ByteReader(bytes)
        let common = try Common(&reader)
        let number = try reader.byte()
        let index = try reader.count(max: GraphLimits.tokensMax)
        let kind: ConstraintKind
        switch number {
        case 0: kind = .unique
        case 1: kind = .exists
        case 2: kind = .key
        case 3: kind = .type(try readTypes(&reader))
        default: throw GraphError.corrupt("a constraint is of an unknown kind")
        }
        return ConstraintDefinition(
            name: common.name, kind: kind, entity: common.entity, token: common.token,
            properties: common.properties,
            index: index == 0 ? nil : IndexID(rawValue: UInt32(index - 1)))
    }

    private static func readTypes(_ reader: inout ByteReader) throws(GraphError) -> [PropertyType] {
        let count = try reader.count(max: ValueKind.allCases.count * ValueKind.allCases.count)
        var types: [PropertyType] = []
        for _ in 0..<count {
            let kind = ValueKind(rawValue: try reader.byte())
            let element = try reader.byte()
            guard let kind, element == 0 || ValueKind(rawValue: element - 1) != nil else {
                throw GraphError.corrupt("a constraint names an unknown type")
            }
            types.append(
                PropertyType(
                    kind, elementKind: element == 0 ? nil : ValueKind(rawValue: element - 1)))
        }
        return types
    }
}
