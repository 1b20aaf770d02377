/// Finds the runs among sorted entries of an index.
struct IndexRunFinder {
    /// What is stored as one entry.
    enum Piece {
        case single(UnsafeRawBufferPointer, isCut: Bool)
        case run(IndexRun)
    }

    private var open: IndexRun?
    /// Whether keys of integers are told apart from others; only in indexes of one property.
    private let findsRuns: Bool

    init(_ index: IndexDefinition) { findsRuns = index.properties.count == 1 }

    /// Takes the next entry and hands on what is complete.
    mutating func append(
        _ key: UnsafeRawBufferPointer, isCut: Bool,
        _ handOn: (Piece) throws(GraphError) -> Void
    ) throws(GraphError) {
        guard findsRuns, !isCut, let (number, id) = IndexRun.entry(key) else {
            try finish(handOn)
            try handOn(.single(key, isCut: isCut))
            return
        }
        try append(IndexRun(first: number, step: 1, count: 1, firstID: id), handOn)
    }

    /// Takes the next entries and hands on what is complete.
    mutating func append(
        _ run: IndexRun, _ handOn: (Piece) throws(GraphError) -> Void
    ) throws(GraphError) {
        if open?.extend(run) ?? false { return }
        try finish(handOn)
        open = run
    }

    /// Hands on what is left.
    mutating func finish(_ handOn: (Piece) throws(GraphError) -> Void) throws(GraphError) {
        guard let run = open else { return }
        open = nil
        guard run.count < IndexRun.countMin else {
            try handOn(.run(run))
            return
        }
        for place in 0..<run.count {
            try run.key(place).withUnsafeBufferPointer { key throws(GraphError) in
                try handOn(.single(UnsafeRawBufferPointer(key), isCut: false))
            }
        }
    }
}
