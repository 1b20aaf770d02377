import Kith
import KithGraph

extension Value {
    /// The value that JSON of the pipe protocol means.
    ///
    /// - Throws: `StatementProblem` with `ArgumentError`/`InvalidArgumentValue` where it means none.
    init(pipe json: JSONValue) throws(StatementProblem) {
        guard let value = Value(json: json) else {
            throw StatementProblem(
                type: "ArgumentError", detail: "InvalidArgumentValue", phase: "compile",
                message: "an object with `$type` among the parameters means no value")
        }
        self = value
    }
}
