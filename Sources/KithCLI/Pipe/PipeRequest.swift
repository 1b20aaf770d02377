import Kith
import KithGraph

/// One request of the pipe protocol.
struct PipeRequest: Sendable {
    /// What is asked for.
    enum Action: Sendable {
        /// A statement is to be run.
        case query(StatementRequest, rowsPerLine: Int?, wantsProgress: Bool)
        /// Another database is to be opened.
        case open(String)
        /// A procedure is to be added.
        case registerProcedure(signature: String, rows: [[Value]])
        /// The request with this id is to be stopped.
        case cancel(JSONValue)
        /// The line asks for nothing.
        case invalid(StatementProblem)
    }

    /// The client's name for the request, given back as it came.
    let id: JSONValue
    /// What is asked for.
    let action: Action

    /// Reads a line.
    init(line: [UInt8]) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONReader.read(line)
        } catch {
            id = .null
            action = .invalid(
                Self.malformed("the line is no JSON: \(error.message) at byte \(error.offset + 1)"))
            return
        }
        id = json["id"] ?? .null
        do throws(StatementProblem) {
            action = try Self.action(json)
        } catch {
            action = .invalid(error)
        }
    }

    /// The error for a line that does not follow the protocol.
    static func malformed(_ message: String) -> StatementProblem {
        StatementProblem(
            type: "ArgumentError", detail: "InvalidRequest", phase: "compile", message: message)
    }

    private static func action(_ json: JSONValue) throws(StatementProblem) -> Action {
        guard json.members != nil else { throw malformed("a request is an object") }
        let asked = ["query", "open", "registerProcedure", "cancel"].filter { json[$0] != nil }
        guard asked.count <= 1 else {
            throw malformed("a request has one of `\(asked[0])` and `\(asked[1])`, not both")
        }
        if let query = json["query"] {
            guard let text = query.text else { throw malformed("`query` is a string") }
            return try self.query(text, json)
        }
        if let path = json["open"] {
            guard let text = path.text, !text.isEmpty else {
                throw malformed("`open` is the path of a file, or `:memory:`")
            }
            return .open(text)
        }
        if let id = json["cancel"] { return .cancel(id) }
        if let procedure = json["registerProcedure"] {
            guard let signature = procedure["signature"]?.text,
                let rows = procedure["rows"]?.elements
            else { throw malformed("`registerProcedure` has a `signature` and `rows`") }
            var values: [[Value]] = []
            for row in rows {
                guard let elements = row.elements else { throw malformed("a row is an array") }
                var decoded: [Value] = []
                for element in elements { decoded.append(try Value(pipe: element, at: "a row")) }
                values.append(decoded)
            }
            return .registerProcedure(signature: signature, rows: values)
        }
        throw malformed("a request has `query`, `open`, `registerProcedure` or `cancel`")
    }

    private static func query(_ text: String, _ json: JSONValue) throws(StatementProblem) -> Action
    {
        var request = StatementRequest(text: text)
        switch json["params"] {
        case nil, .null: break
        case .object(let members):
            for member in members {
                request.parameters[member.name] = try Value(
                    pipe: member.value, at: "parameter `$\(member.name)`")
            }
        default: throw malformed("`params` is an object")
        }
        request.deadlineInMilliseconds = try positive(json, "deadlineMs")
        request.memoryLimitInBytes = try positive(json, "memoryLimitBytes")
        request.isStrict = json["strict"]?.boolean
        return .query(
            request, rowsPerLine: try positive(json, "stream"),
            wantsProgress: json["progress"]?.boolean ?? false)
    }

    private static func positive(
        _ json: JSONValue, _ name: String
    ) throws(StatementProblem) -> Int? {
        switch json[name] {
        case nil, .null: return nil
        case .integer(let number) where number > 0: return Int(number)
        case .float(let number) where number > 0 && number < 1e15: return max(1, Int(number))
        default: throw malformed("`\(name)` is a number above 0")
        }
    }
}

extension JSONValue {
    /// Whether both are the same number or string: what ids are compared by.
    func isSameID(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.float(let left), .float(let right)): left == right
        default: false
        }
    }
}
