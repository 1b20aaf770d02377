/// Delivers the raw ids of an index's entries in the order of their keys.
///
/// For one thread at a time. In a write transaction it may be read across changes: it goes on from
/// the entry that it delivered last.
public final class IndexCursor {
    init() {}

    /// Replaces the contents of `ids` by the next entries, at most `limit`; empty at the end.
    public func next(into ids: inout [UInt64], limit: Int) throws(GraphError) {
        fatalError("filled in by the next commit")
    }
}
