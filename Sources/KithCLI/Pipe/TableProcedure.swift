import Kith

/// A procedure that looks its answers up in a table of rows.
struct TableProcedure: Procedure {
    let signature: ProcedureSignature
    private let rows: [[Value]]

    /// Reads a signature such as `test.my.proc(name :: STRING?, id :: INTEGER?) :: (city :: STRING?)`.
    ///
    /// - Throws: `StatementProblem` when the signature or a row does not fit.
    init(signature text: String, rows: [[Value]]) throws(StatementProblem) {
        guard let open = text.firstIndex(of: "("), let close = Self.closing(text, from: open) else {
            throw Self.wrong("`\(text)` is no signature")
        }
        let name = text[..<open].trimmed
        let inputs = try Self.fields(text[text.index(after: open)..<close])
        var outputs: [ProcedureSignature.Field] = []
        let rest = text[text.index(after: close)...]
        if let second = rest.firstIndex(of: "("), let end = rest.lastIndex(of: ")"), second < end {
            outputs = try Self.fields(rest[rest.index(after: second)..<end])
        }
        guard !name.isEmpty else { throw Self.wrong("`\(text)` has no name") }
        for row in rows where row.count != inputs.count + outputs.count {
            throw Self.wrong(
                "a row has \(row.count) values instead of \(inputs.count + outputs.count)")
        }
        signature = ProcedureSignature(name: name, inputs: inputs, outputs: outputs)
        self.rows = rows
    }

    func call(
        _ arguments: [Value], _ context: ProcedureContext
    ) throws(QueryError) -> any ProcedureCursor {
        let count = signature.inputs.count
        let matching = rows.filter { row in
            zip(row, arguments).allSatisfy { Value.isEquivalent($0, $1) }
        }
        return TableCursor(matching.map { Array($0[count...]) })
    }

    private static func closing(_ text: String, from open: String.Index) -> String.Index? {
        text[open...].firstIndex(of: ")")
    }

    private static func fields(_ text: Substring) throws(StatementProblem) -> [ProcedureSignature
        .Field]
    {
        var fields: [ProcedureSignature.Field] = []
        for part in text.split(separator: ",") where !part.trimmed.isEmpty {
            let words = part.split(separator: ":", omittingEmptySubsequences: true).map(\.trimmed)
            guard words.count == 2, !words[0].isEmpty else {
                throw wrong("`\(part.trimmed)` is no field")
            }
            let isNullable = words[1].hasSuffix("?")
            let typeName = isNullable ? String(words[1].dropLast()) : words[1]
            guard let type = type(named: typeName) else {
                throw wrong("there is no type `\(typeName)`")
            }
            fields.append(ProcedureSignature.Field(words[0], type, isNullable: isNullable))
        }
        return fields
    }

    private static func type(named name: String) -> StaticType? {
        let upper = name.uppercased()
        if upper.hasPrefix("LIST") { return StaticType(.list) }
        let kinds: [String: StaticType.Kinds] = [
            "BOOLEAN": .boolean, "INTEGER": .integer, "FLOAT": .float, "NUMBER": .number,
            "STRING": .string, "MAP": .map, "NODE": .node, "RELATIONSHIP": .relationship,
            "PATH": .path, "DATE": .date, "LOCALTIME": .localTime, "TIME": .time,
            "LOCALDATETIME": .localDateTime, "DATETIME": .dateTime, "DURATION": .duration,
            "MONEY": .money, "ANY": .all,
        ]
        return kinds[upper].map { StaticType($0) }
    }

    private static func wrong(_ message: String) -> StatementProblem {
        StatementProblem(
            type: "ArgumentError", detail: "InvalidProcedure", phase: "compile", message: message)
    }
}

/// Gives rows that are there already.
private final class TableCursor: ProcedureCursor {
    private var rows: [[Value]]

    init(_ rows: [[Value]]) { self.rows = rows }

    func next(into target: inout [[Value]]) throws(QueryError) -> Bool {
        target += rows
        rows = []
        return false
    }
}
