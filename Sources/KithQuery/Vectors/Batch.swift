import KithValues

/// Rows that travel between operators: a vector for each variable that is alive.
///
/// Vectors lie at their variable's index in the statement, so no operator renames anything. A
/// batch is a value: adding a vector makes a new one.
struct Batch {
    /// The number of rows.
    private(set) var count: Int
    /// The vectors by ``VariableID/index``; nil where the variable is not alive here.
    private(set) var vectors: [Vector?]

    /// Makes a batch of `count` rows without any variable, with room for `width` variables.
    init(count: Int, width: Int) {
        self.count = count
        vectors = Array(repeating: nil, count: width)
    }

    /// The vector of a variable.
    ///
    /// - Precondition: the variable is alive in this batch.
    subscript(_ variable: VariableID) -> Vector {
        get {
            guard let vector = vectors[variable.index] else {
                preconditionFailure("variable \(variable.index) is not in the batch")
            }
            return vector
        }
        set {
            precondition(newValue.count == count, "a vector of another length")
            vectors[variable.index] = newValue
        }
    }

    /// The vector of a variable, or nil where it is not alive.
    func vector(_ variable: VariableID) -> Vector? { vectors[variable.index] }

    /// The variables that are alive in this batch.
    var aliveVariables: [VariableID] {
        vectors.indices.filter { vectors[$0] != nil }.map { VariableID($0) }
    }

    /// Forgets a variable.
    mutating func remove(_ variable: VariableID) { vectors[variable.index] = nil }

    /// Forgets every variable that is not in `kept`.
    func keeping(_ kept: [VariableID]) -> Batch {
        var result = Batch(count: count, width: vectors.count)
        for variable in kept { result.vectors[variable.index] = vectors[variable.index] }
        return result
    }

    /// The rows at `indices`, in that order.
    func gathered(_ indices: [Int32]) -> Batch {
        indices.withUnsafeBufferPointer { buffer in
            gathered(buffer)
        }
    }

    /// The rows at `indices`, in that order.
    func gathered(_ indices: UnsafeBufferPointer<Int32>) -> Batch {
        var result = Batch(count: indices.count, width: vectors.count)
        guard let base = indices.baseAddress else { return result }
        for index in vectors.indices {
            result.vectors[index] = vectors[index]?.gathered(base, count: indices.count)
        }
        return result
    }

    /// The rows from `start` on, `length` of them.
    func slice(from start: Int, count length: Int) -> Batch {
        if start == 0 && length == count { return self }
        var result = Batch(count: length, width: vectors.count)
        for index in vectors.indices {
            result.vectors[index] = vectors[index]?.slice(from: start, count: length)
        }
        return result
    }

    /// All rows of `parts` after each other. Every part has the same variables.
    static func concatenated(_ parts: [Batch], width: Int) -> Batch {
        if parts.count == 1 { return parts[0] }
        var result = Batch(count: parts.reduce(0) { $0 + $1.count }, width: width)
        guard let first = parts.first else { return result }
        for index in first.vectors.indices where first.vectors[index] != nil {
            result.vectors[index] = Vector.concatenated(parts.compactMap { $0.vectors[index] })
        }
        return result
    }

    /// The bytes it holds, for the memory account.
    var sizeInBytes: Int { vectors.reduce(0) { $0 + ($1?.sizeInBytes ?? 0) } }
}
