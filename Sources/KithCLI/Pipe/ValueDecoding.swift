import Kith
import KithGraph

extension Value {
    /// The value that JSON of the pipe protocol means.
    ///
    /// - Parameters:
    ///   - json: What stands in the request.
    ///   - place: Where it stands there, for the error.
    /// - Throws: `StatementProblem` with `ArgumentError`/`InvalidArgumentValue` where it means none.
    init(pipe json: JSONValue, at place: String) throws(StatementProblem) {
        guard let value = Value(json: json) else {
            throw StatementProblem(
                type: "ArgumentError", detail: "InvalidArgumentValue", phase: "compile",
                message: "\(place) holds an object with `$type` that means no value",
                hint: "Write it as answers do: `{\"$type\": \"Date\", \"value\": \"1984-10-11\"}`.")
        }
        self = value
    }
}
