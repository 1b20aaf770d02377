/// What a write transaction leaves to the next one that begins from its commit, so that a commit of one row
/// need not find out again what the one before knew.
///
/// Homes and shapes are for one writer at a time: whoever begins takes them, and leaves its own.
struct HandedOn {
    let tables: GraphTables
    var homes: HomeAllocator?
    var shapes: EntityShapes?

    /// What there is of the commit of this number, if anything; homes and shapes are gone from here then.
    mutating func take(commitNumber: UInt64) -> HandedOn? {
        guard tables.commitNumber == commitNumber else { return nil }
        let taken = self
        homes = nil
        shapes = nil
        return taken
    }
}
