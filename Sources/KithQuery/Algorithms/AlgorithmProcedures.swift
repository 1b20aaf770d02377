/// The graph algorithms that every database has, as procedures.
///
/// Each is a file beside this one: a function over a projection, which knows nothing of statements, and
/// the procedure that calls it.
enum AlgorithmProcedures {
    /// All of them.
    static let all: [any Procedure] = [
        AlgorithmProcedure.betweenness,
        AlgorithmProcedure.closeness,
        AlgorithmProcedure.coreNumbers,
        AlgorithmProcedure.degree,
        AlgorithmProcedure.harmonic,
        AlgorithmProcedure.labelPropagation,
        AlgorithmProcedure.leiden,
        AlgorithmProcedure.louvain,
        AlgorithmProcedure.pageRank,
        AlgorithmProcedure.shortestPaths,
        AlgorithmProcedure.strongComponents,
        AlgorithmProcedure.triangles,
        AlgorithmProcedure.weakComponents,
    ]
}

extension ProcedureRegistry {
    /// The procedures that every database has.
    public static let standard = ProcedureRegistry(ShowProcedures.all + AlgorithmProcedures.all)
}
