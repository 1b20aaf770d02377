import KithStorage
import KithValues

/// Gathers the entries of one index during a load and gives them back in order.
final class IndexSorter {
    let index: IndexDefinition
    private let budgetInBytes: Int
    private var runs = RunSorter()
    private let keys: KeySorter

    init(_ index: IndexDefinition, budgetInBytes: Int, temporaryDirectory: String?) {
        self.index = index
        self.budgetInBytes = budgetInBytes
        keys = KeySorter(budgetInBytes: budgetInBytes, temporaryDirectory: temporaryDirectory)
    }

    /// The number of entries.
    var count: Int { runs.count + keys.count }

    /// Adds integers, the first with the id `first`; false, with nothing added, if one of them must
    /// be added by its key.
    func append(
        _ numbers: ArraySlice<Int64>, validity: ArraySlice<UInt8>?, first: UInt64
    ) throws(GraphError) -> Bool {
        guard index.properties.count == 1 else { return false }
        guard runs.append(numbers, validity: validity, first: first) else { return false }
        if runs.sizeInBytes > budgetInBytes { try moveRunsToKeys() }
        return true
    }

    /// Adds one entry.
    func append(_ key: [UInt8], isCut: Bool) throws(GraphError) {
        try keys.append(key, isCut: isCut)
    }

    private func moveRunsToKeys() throws(GraphError) {
        let keys = keys
        try runs.drainUnsorted { run throws(GraphError) in try keys.append(run) }
    }

    /// Hands on all entries in order.
    func drain(
        runs handOnRun: (IndexRun) throws(GraphError) -> Void,
        keys handOnKey: (UnsafeRawBufferPointer, Bool) throws(GraphError) -> Void
    ) throws(GraphError) {
        guard keys.count == 0 else {
            try moveRunsToKeys()
            try keys.drain(handOnKey)
            return
        }
        try runs.drain(handOnRun)
    }
}
