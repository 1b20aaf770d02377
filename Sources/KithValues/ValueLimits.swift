/// The limits of values.
public enum ValueLimits {
    /// How deep lists and maps may be nested within each other.
    ///
    /// Comparing, hashing, printing and storing values recurses; nested this deep they do with half
    /// of a stack of 512 KiB, without optimisation too.
    public static let nestingDepthMax = 400
}

extension Value {
    /// Whether this value can be put into another list or map.
    ///
    /// Whoever puts values into new lists or maps asks for it; so no value is deeper than the limit.
    ///
    /// - Throws: ``ValueError`` when what it is put into would be nested too deep.
    /// - Complexity: O(1) for what does not nest, else O(*n*), where *n* is the number of all values
    ///   within.
    public func checkCanBeNested() throws(ValueError) {
        guard mayNest, depth(atMost: ValueLimits.nestingDepthMax) >= ValueLimits.nestingDepthMax
        else { return }
        throw .nestedTooDeep
    }

    /// Refuses a value from outside the engine that is nested deeper than those within.
    ///
    /// - Throws: ``ValueError``.
    /// - Complexity: As of ``checkCanBeNested()``.
    public func checkNesting() throws(ValueError) {
        guard mayNest, depth(atMost: ValueLimits.nestingDepthMax + 1) > ValueLimits.nestingDepthMax
        else { return }
        throw .nestedTooDeep
    }

    /// A new list of `elements`, or an error where it would be nested too deep.
    ///
    /// - Throws: ``ValueError``, as ``checkCanBeNested()`` does.
    public static func nesting(_ elements: [Value]) throws(ValueError) -> Value {
        var index = 0
        while index < elements.count {
            if elements[index].mayNest { try elements[index].checkCanBeNested() }
            index += 1
        }
        return .list(elements)
    }

    /// A new map with the entries of `map`, or an error where it would be nested too deep.
    ///
    /// - Throws: ``ValueError``, as ``checkCanBeNested()`` does.
    public static func nesting(_ map: ValueMap) throws(ValueError) -> Value {
        for entry in map.entries where entry.value.mayNest { try entry.value.checkCanBeNested() }
        return .map(map)
    }

    /// Whether this is a list or a map.
    var mayNest: Bool {
        switch self {
        case .list, .map: true
        default: false
        }
    }

    /// How many lists and maps are nested within each other, counted up to `limit`.
    private func depth(atMost limit: Int) -> Int {
        if limit == 0 { return 0 }
        var deepest = 0
        if case .list(let elements) = self {
            var index = 0
            while index < elements.count {
                if elements[index].mayNest {
                    deepest = max(deepest, elements[index].depth(atMost: limit - 1))
                }
                index += 1
            }
            return deepest + 1
        }
        if case .map(let map) = self {
            var index = 0
            while index < map.count {
                if map.entries[index].value.mayNest {
                    deepest = max(deepest, map.entries[index].value.depth(atMost: limit - 1))
                }
                index += 1
            }
            return deepest + 1
        }
        return 0
    }
}

extension ValueError {
    /// A list or map is nested deeper than values may be.
    fileprivate static let nestedTooDeep = ValueError(
        .resourceError, "NestingTooDeep",
        "lists and maps can be nested \(ValueLimits.nestingDepthMax) levels deep at most")
}
