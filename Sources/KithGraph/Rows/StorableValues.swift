import KithValues

extension Value {
    /// Refuses what cannot be a property: maps and entities, and what is too long to be stored.
    func checkStorable() throws(GraphError) {
        switch self {
        case .map, .node, .relationship, .path: throw GraphError.unstorable(kind)
        case .string(let text): try Self.checkLength(text.utf8.count)
        case .list:
            do throws(ValueError) {
                try checkNesting()
            } catch {
                throw GraphError.value(error)
            }
            var length = 0
            try addStoredLength(to: &length)
        default: return
        }
    }

    /// Adds roughly the bytes that the stored value takes, up to the most that it may take.
    private func addStoredLength(to length: inout Int) throws(GraphError) {
        let headLengthInBytes = 8
        switch self {
        case .map, .node, .relationship, .path: throw GraphError.unstorable(kind)
        case .string(let text): length += text.utf8.count
        case .list(let elements):
            for element in elements { try element.addStoredLength(to: &length) }
        default: break
        }
        length += headLengthInBytes
        try Self.checkLength(length)
    }

    private static func checkLength(_ length: Int) throws(GraphError) {
        guard length <= GraphLimits.valueLengthMaxInBytes else {
            throw GraphError.limitExceeded("bytes of one value")
        }
    }
}

extension BulkColumn {
    /// Refuses values that cannot be properties.
    func checkStorable() throws(GraphError) {
        switch values {
        case .strings(let offsets, let bytes):
            guard bytes.count > GraphLimits.valueLengthMaxInBytes else { return }
            for row in offsets.indices.dropFirst()
            where Int(offsets[row] - offsets[row - 1]) > GraphLimits.valueLengthMaxInBytes {
                throw GraphError.limitExceeded("bytes of one value")
            }
        case .values(let values): for value in values { try value.checkStorable() }
        default: return
        }
    }
}
