import KithGraph

/// Where a statement that divides its work into transactions gets them from.
public struct TransactionSource: Sendable {
    let store: GraphStore
    let timeoutInMilliseconds: Int

    /// Gives transactions of `store`; each waits for another writer at most so long.
    public init(_ store: GraphStore, timeoutInMilliseconds: Int) {
        self.store = store
        self.timeoutInMilliseconds = timeoutInMilliseconds
    }
}
