import KithValues

extension Vector {
    /// The layout that holds `value` natively.
    static func nativeLayout(of value: Value) -> Layout {
        switch value {
        case .null: .null
        case .integer: .integer
        case .float: .float
        case .boolean: .boolean
        case .string: .string
        case .date: .date
        case .node: .node
        case .relationship: .relationship
        default: .tagged
        }
    }

    /// A vector in which every row is `value`.
    static func constant(_ value: Value, count: Int) -> Vector {
        let layout = nativeLayout(of: value)
        switch layout {
        case .null: return .nulls(count: count)
        case .tagged: return Vector(tagged: [value], count: count, isConstant: true)
        default: return pack([value], layout: layout, hasNulls: false, count: count, constant: true)
        }
    }

    /// A vector of `values`, natively where all that are not null have one layout.
    static func of(_ values: [Value]) -> Vector {
        var layout = Layout.null
        var hasNulls = false
        for value in values {
            let native = nativeLayout(of: value)
            if native == .null {
                hasNulls = true
            } else if layout == .null {
                layout = native
            } else if layout != native {
                layout = .tagged
            }
            if layout == .tagged { return Vector(tagged: values, count: values.count) }
        }
        if layout == .null { return .nulls(count: values.count) }
        return pack(
            values, layout: layout, hasNulls: hasNulls, count: values.count, constant: false)
    }

    private static func pack(
        _ values: [Value], layout: Layout, hasNulls: Bool, count: Int, constant: Bool
    ) -> Vector {
        let arena = layout == .string ? StringArena() : nil
        let vector = Vector(
            layout, count: count, isConstant: constant, hasNulls: hasNulls,
            owners: arena.map { [$0] } ?? [])
        for (row, value) in values.enumerated() {
            switch value {
            case .integer(let number): vector.integers[row] = number
            case .float(let number): vector.floats[row] = number
            case .boolean(let truth): vector.booleans[row] = truth ? 1 : 0
            case .string(let text):
                if let arena { vector.strings[row] = arena.store(text) }
            case .date(let date): vector.integers[row] = date.daysSinceEpoch
            case .node(let id): vector.ids[row] = id.rawValue
            case .relationship(let id): vector.ids[row] = id.rawValue
            default: continue
            }
            vector.validity?[row] = 1
        }
        return vector
    }

    /// The rows at `indices`, in that order.
    ///
    /// - Complexity: O(`count`); O(1) for constants.
    func gathered(_ indices: UnsafePointer<Int32>, count newCount: Int) -> Vector {
        if isConstant {
            return withCount(newCount)
        }
        if layout == .tagged {
            var picked: [Value] = []
            picked.reserveCapacity(newCount)
            for row in 0..<newCount { picked.append(values[Int(indices[row])]) }
            return Vector(tagged: picked, count: newCount)
        }
        let result = Vector(layout, count: newCount, hasNulls: validity != nil, owners: owners)
        switch layout.strideInBytes {
        case 1: Self.gather(booleans, indices, newCount, into: result.booleans)
        case 8: Self.gather(integers, indices, newCount, into: result.integers)
        case 16: Self.gather(strings, indices, newCount, into: result.strings)
        default: break
        }
        if let validity, let target = result.validity {
            Self.gather(validity, indices, newCount, into: target)
        }
        if let chunk { result.note(chunk: chunk, isRun: false) }
        return result
    }

    @inline(__always)
    private static func gather<Element>(
        _ source: UnsafeMutablePointer<Element>, _ indices: UnsafePointer<Int32>, _ count: Int,
        into target: UnsafeMutablePointer<Element>
    ) {
        var row = 0
        while row < count {
            (target + row).initialize(to: source[Int(indices[row])])
            row &+= 1
        }
    }

    /// A constant vector with another number of rows.
    func withCount(_ newCount: Int) -> Vector {
        precondition(isConstant, "only a constant has any number of rows")
        if layout == .tagged { return Vector(tagged: values, count: newCount, isConstant: true) }
        let result = Vector(
            layout, count: newCount, isConstant: true, hasNulls: validity != nil, owners: owners)
        result.storage.copyMemory(from: storage, byteCount: layout.strideInBytes)
        if let validity { result.validity?[0] = validity[0] }
        return result
    }

    /// The rows from `start` on, `length` of them.
    func slice(from start: Int, count length: Int) -> Vector {
        if isConstant { return withCount(length) }
        if start == 0 && length == count { return self }
        if layout == .tagged {
            return Vector(tagged: Array(values[start..<(start + length)]), count: length)
        }
        let result = Vector(layout, count: length, hasNulls: validity != nil, owners: owners)
        let stride = layout.strideInBytes
        result.storage.copyMemory(from: storage + start * stride, byteCount: length * stride)
        if let validity { result.validity?.update(from: validity + start, count: length) }
        if let chunk { result.note(chunk: chunk, isRun: isRun) }
        return result
    }

    /// All rows of `parts` after each other; natively where all parts have one layout.
    static func concatenated(_ parts: [Vector]) -> Vector {
        if parts.count == 1 { return parts[0] }
        let total = parts.reduce(0) { $0 + $1.count }
        var layout = Layout.null
        var hasNulls = false
        for part in parts where part.count > 0 {
            if part.layout == .null {
                hasNulls = true
            } else if layout == .null {
                layout = part.layout
            } else if layout != part.layout {
                layout = .tagged
            }
            hasNulls = hasNulls || part.validity != nil
        }
        if layout == .null { return .nulls(count: total) }
        if layout == .tagged {
            var values: [Value] = []
            values.reserveCapacity(total)
            for part in parts { for row in 0..<part.count { values.append(part.value(at: row)) } }
            return Vector(tagged: values, count: total)
        }
        let result = Vector(
            layout, count: total, hasNulls: hasNulls, owners: parts.flatMap { $0.owners })
        var offset = 0
        for part in parts {
            result.copy(part, at: offset)
            offset += part.count
        }
        return result
    }

    /// Writes the rows of `part`, which has this layout or none, from row `offset` on.
    private func copy(_ part: Vector, at offset: Int) {
        guard part.count > 0, part.layout != .null else { return }
        let stride = layout.strideInBytes
        if part.isConstant {
            for row in 0..<part.count {
                (storage + (offset + row) * stride).copyMemory(
                    from: part.storage, byteCount: stride)
                validity?[offset + row] = part.validity?[0] ?? 1
            }
            return
        }
        (storage + offset * stride).copyMemory(from: part.storage, byteCount: part.count * stride)
        guard let validity else { return }
        if let source = part.validity {
            (validity + offset).update(from: source, count: part.count)
        } else {
            (validity + offset).update(repeating: 1, count: part.count)
        }
    }
}

extension Vector {
    /// The value of one row, for `newCount` rows.
    func repeated(_ row: Int, count newCount: Int) -> Vector {
        if isConstant { return withCount(newCount) }
        if layout == .tagged {
            return Vector(tagged: [values[row]], count: newCount, isConstant: true)
        }
        let result = Vector(
            layout, count: newCount, isConstant: true, hasNulls: validity != nil, owners: owners)
        let stride = layout.strideInBytes
        result.storage.copyMemory(from: storage + row * stride, byteCount: stride)
        if let validity { result.validity?[0] = validity[row] }
        return result
    }

    /// A vector of ids of nodes or relationships, or of numbers of as many bits, copied.
    static func ids(_ layout: Layout, _ source: UnsafePointer<UInt64>, count: Int) -> Vector {
        let result = Vector(layout, count: count)
        result.ids.update(from: source, count: count)
        return result
    }

    /// A vector of integers.
    static func integers(_ source: [Int64]) -> Vector {
        let result = Vector(.integer, count: source.count)
        for (row, number) in source.enumerated() { result.integers[row] = number }
        return result
    }

    /// A vector of ids of nodes or relationships, copied.
    static func ids(_ layout: Layout, _ source: [UInt64]) -> Vector {
        let result = Vector(layout, count: source.count)
        for (row, id) in source.enumerated() { result.ids[row] = id }
        return result
    }

    /// The rows' ids, dense, with the rows they belong to: rows that are null or hold no entity of
    /// this layout are left out.
    func presentIDs(_ layout: Layout) -> (ids: [UInt64], rows: [Int32]) {
        if self.layout == layout, validity == nil {
            let mask = positionMask
            let stored = self.ids
            let ids = [UInt64](unsafeUninitializedCapacity: count) { ids, initialized in
                var row = 0
                while row < count {
                    ids[row] = stored[row & mask]
                    row &+= 1
                }
                initialized = count
            }
            let rows = [Int32](unsafeUninitializedCapacity: count) { rows, initialized in
                var row = 0
                while row < count {
                    rows[row] = Int32(truncatingIfNeeded: row)
                    row &+= 1
                }
                initialized = count
            }
            return (ids, rows)
        }
        var ids: [UInt64] = []
        var rows: [Int32] = []
        ids.reserveCapacity(count)
        rows.reserveCapacity(count)
        for row in 0..<count {
            if self.layout == layout {
                if isNull(row) { continue }
                ids.append(self.ids[position(row)])
            } else {
                switch (layout, value(at: row)) {
                case (.node, .node(let id)): ids.append(id.rawValue)
                case (.relationship, .relationship(let id)): ids.append(id.rawValue)
                default: continue
                }
            }
            rows.append(Int32(row))
        }
        return (ids, rows)
    }
}
