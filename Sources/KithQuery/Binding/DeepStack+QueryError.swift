import KithLanguage

extension DeepStack {
    /// The ``Statement/nestingDepth`` up to which a stack of 512 KiB suffices for everything.
    static let depthOnCallersStackMax = 32

    /// Whether a statement of this depth needs a deep stack.
    static func isNeeded(forDepth depth: Int) -> Bool { depth > depthOnCallersStackMax }

    /// Runs `body`, on a deep stack where `isNeeded`.
    ///
    /// - Throws: what `body` throws, and a ResourceError if there is no memory for the stack.
    static func run<Result>(
        isNeeded: Bool, _ body: () throws(QueryError) -> Result
    ) throws(QueryError) -> Result {
        guard isNeeded else { return try body() }
        let outcome = run { () -> Swift.Result<Result, QueryError> in
            do throws(QueryError) {
                return .success(try body())
            } catch {
                return .failure(error)
            }
        }
        guard let outcome else {
            throw QueryError(
                type: "ResourceError", detail: "OutOfMemory", phase: .compile,
                message: "there is no memory for a statement nested so deeply")
        }
        return try outcome.get()
    }
}
