/// The graph algorithms that every database has, as procedures.
///
/// Each is a file beside this one: a function over a projection, which knows nothing of statements, and
/// the procedure that calls it.
enum AlgorithmProcedures {
    /// All of them.
    static let all: [any Procedure] = [
        AlgorithmProcedure.degree,
        AlgorithmProcedure.pageRank,
        AlgorithmProcedure.weakComponents,
    ]
}

extension ProcedureRegistry {
    /// The procedures that every database has.
    public static let standard = ProcedureRegistry(ShowProcedures.all + AlgorithmProcedures.all)
}
