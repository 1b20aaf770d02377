import KithValues

/// Rows that travel between operators: a vector for each variable that is alive.
///
/// Vectors lie at their variable's index in the statement, so no operator renames anything. A
/// batch is a value: adding a vector makes a new one.
struct Batch {
    /// The number of rows.
    let count: Int
    /// The number of variables it has room for.
    let width: Int
    /// The vectors by ``VariableID/index``; nil where the variable is not alive here.
    private var slots: BatchSlots

    /// Makes a batch of `count` rows without any variable, with room for `width` variables.
    init(count: Int, width: Int) {
        self.count = count
        self.width = width
        slots = .empty(width)
    }

    /// The vector of a variable.
    ///
    /// - Precondition: the variable is alive in this batch.
    subscript(_ variable: VariableID) -> Vector {
        get {
            guard let vector = vector(variable) else {
                preconditionFailure("variable \(variable.index) is not in the batch")
            }
            return vector
        }
        set {
            precondition(newValue.count == count, "a vector of another length")
            set(variable.index, newValue)
        }
    }

    /// The vector of a variable, or nil where it is not alive.
    func vector(_ variable: VariableID) -> Vector? {
        precondition(variable.index < width, "a variable of another statement")
        return slots.withUnsafeMutablePointerToElements { $0[variable.index] }
    }

    private mutating func set(_ index: Int, _ vector: Vector?) {
        precondition(index < width, "a variable of another statement")
        if !isKnownUniquelyReferenced(&slots) { slots = slots.copy(width) }
        slots.withUnsafeMutablePointerToElements { $0[index] = vector }
    }

    /// The variables that are alive in this batch.
    var aliveVariables: [VariableID] {
        (0..<width).map { VariableID($0) }.filter { vector($0) != nil }
    }

    /// Forgets a variable.
    mutating func remove(_ variable: VariableID) { set(variable.index, nil) }

    /// Forgets every variable that is not in `kept`.
    func keeping(_ kept: [VariableID]) -> Batch { mapped(kept, count: count) { $0 } }

    /// A batch of so many rows with what `change` makes of each vector.
    @inline(__always)
    func mapped(count newCount: Int, _ change: (Vector) -> Vector) -> Batch {
        let result = Batch(count: newCount, width: width)
        slots.withUnsafeMutablePointerToElements { source in
            result.slots.withUnsafeMutablePointerToElements { target in
                for index in 0..<width {
                    if let vector = source[index] { target[index] = change(vector) }
                }
            }
        }
        return result
    }

    /// A batch of so many rows with what `change` makes of the vectors of `kept`, without all others.
    @inline(__always)
    func mapped(
        _ kept: [VariableID], count newCount: Int, _ change: (Vector) -> Vector
    ) -> Batch {
        let result = Batch(count: newCount, width: width)
        slots.withUnsafeMutablePointerToElements { source in
            result.slots.withUnsafeMutablePointerToElements { target in
                for variable in kept {
                    precondition(variable.index < width, "a variable of another statement")
                    if let vector = source[variable.index] {
                        target[variable.index] = change(vector)
                    }
                }
            }
        }
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
        guard let base = indices.baseAddress else { return Batch(count: 0, width: width) }
        return mapped(count: indices.count) { $0.gathered(base, count: indices.count) }
    }

    /// The rows from `start` on, `length` of them.
    func slice(from start: Int, count length: Int) -> Batch {
        if start == 0 && length == count { return self }
        return mapped(count: length) { $0.slice(from: start, count: length) }
    }

    /// One row, `newCount` times.
    func repeated(_ row: Int, count newCount: Int) -> Batch {
        mapped(count: newCount) { $0.repeated(row, count: newCount) }
    }

    /// This batch with one more variable.
    ///
    /// Where the caller needs this one no more, its places are used.
    consuming func with(_ variable: VariableID, _ vector: Vector) -> Batch {
        var result = self
        result[variable] = vector
        return result
    }

    /// All rows of `parts` after each other. Every part has the same variables.
    static func concatenated(_ parts: [Batch], width: Int) -> Batch {
        if parts.count == 1 { return parts[0] }
        var result = Batch(count: parts.reduce(0) { $0 + $1.count }, width: width)
        guard let first = parts.first else { return result }
        for variable in first.aliveVariables {
            result[variable] = Vector.concatenated(parts.compactMap { $0.vector(variable) })
        }
        return result
    }

    /// The bytes it holds, for the memory account.
    var sizeInBytes: Int {
        aliveVariables.reduce(0) { $0 + (vector($1)?.sizeInBytes ?? 0) }
    }
}

/// The places of a batch's vectors; the header says how many there are.
///
/// One block of memory: an array of optional references would ask the runtime for its type each time
/// one is made. Places are gone through one by one, which is faster than the runtime's way for any type.
private final class BatchSlots: ManagedBuffer<Int, Vector?> {
    /// Places without vectors.
    static func empty(_ width: Int) -> BatchSlots {
        let made = create(minimumCapacity: width) { _ in width }
        made.withUnsafeMutablePointerToElements { elements in
            for index in 0..<width { (elements + index).initialize(to: nil) }
        }
        return unsafeDowncast(made, to: BatchSlots.self)
    }

    /// The same vectors in places of their own.
    func copy(_ width: Int) -> BatchSlots {
        let made = Self.create(minimumCapacity: width) { _ in width }
        withUnsafeMutablePointerToElements { source in
            made.withUnsafeMutablePointerToElements { target in
                for index in 0..<width { (target + index).initialize(to: source[index]) }
            }
        }
        return unsafeDowncast(made, to: BatchSlots.self)
    }

    deinit {
        withUnsafeMutablePointers { header, elements in
            for index in 0..<header.pointee where elements[index] != nil {
                elements[index] = nil
            }
        }
    }
}
