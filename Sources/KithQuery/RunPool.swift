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

    private let runs = Guarded<[Run]>([])

    /// As many threads may run a statement at once and find operators ready.
    private static let countMax = 4

    /// Operators for batches of some size; nil where there are none.
    func take(batchSize: Int) -> Run? {
        guard let run = runs.withLock({ $0.popLast() }) else { return nil }
        return run.builder.batchSize == batchSize ? run : nil
    }

    /// Gives operators back that were restarted.
    func give(_ run: Run) {
        runs.withLock { runs in
            if runs.count < Self.countMax { runs.append(run) }
        }
    }
}
