import KithValues

/// The operators of runs of a statement that have ended, to be used by the next runs.
///
/// Making operators and compiling their expressions takes longer than running a short statement.
/// Operators come here after they were restarted, so that they hold no rows and no snapshot.
final class RunPool: Sendable {
    /// Operators that may run again.
    final class Run: @unchecked Sendable {
        // Sendable: belongs to the pool or to one cursor, never to both.
        let root: Operator
        let builder: OperatorBuilder

        init(root: Operator, builder: OperatorBuilder) {
            self.root = root
            self.builder = builder
        }
    }

    /// What operators are made for; those for something else are of no use.
    struct Kind: Equatable {
        let batchSize: Int
        let threads: Int
        let parallelRowsMin: Int
        /// Whether steps may be shared out to threads.
        let mayShare: Bool
    }

    private let runs = Guarded<[Run]>([])

    /// As many threads may run a statement at once and find operators ready.
    private static let countMax = 4

    /// Operators of a kind; nil where there are none.
    func take(_ kind: Kind) -> Run? {
        runs.withLock { runs in
            guard let last = runs.last else { return nil }
            if last.builder.suits(kind) { return runs.removeLast() }
            return runs.lastIndex { $0.builder.suits(kind) }.map { runs.remove(at: $0) }
        }
    }

    /// Gives operators back that were restarted.
    func give(_ run: Run) {
        // What makes room is let go of outside of the lock.
        let old: Run? = runs.withLock { runs in
            defer { runs.append(run) }
            return runs.count < Self.countMax ? nil : runs.removeFirst()
        }
        withExtendedLifetime(old) {}
    }
}
