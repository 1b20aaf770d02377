import KithGraph

/// Writes the answers of the pipe protocol, each a line.
///
/// Lines come from one thread at a time: the caller sees to that.
struct PipeAnswers {
    /// Where lines go.
    let sink: TextSink

    /// The last line of a query: the rows that were not sent before, and what it did.
    func answer(
        _ id: JSONValue, columns: [String], rows: [[OutputValue]], outcome: StatementOutcome
    ) {
        var json = begin(id)
        append(columns: columns, rows: rows, to: &json)
        json.raw(",\"stats\":{")
        for (index, change) in outcome.changes.enumerated() {
            json.comma(index)
            json.name(change.name)
            json.integer(change.count)
        }
        json.raw("}")
        if !outcome.warnings.isEmpty {
            json.raw(",\"warnings\":[")
            for (index, warning) in outcome.warnings.enumerated() {
                json.comma(index)
                json.raw("{\"code\":")
                json.string(warning.detail)
                json.raw(",\"message\":")
                json.string(warning.message)
                append(warning, to: &json)
                json.raw("}")
            }
            json.raw("]")
        }
        if let profile = outcome.profile {
            json.raw(",\"profile\":{\"columns\":")
            json.array(profile.columns.map { .string($0) })
            json.raw(",\"rows\":")
            json.array(profile.rows.map { .list($0) })
            json.raw("}")
        }
        json.raw(",\"elapsedMs\":")
        json.float((outcome.elapsedInMilliseconds * 1000).rounded() / 1000)
        end(&json)
    }

    /// A line of rows, with more to come.
    func more(_ id: JSONValue, columns: [String], rows: [[OutputValue]]) {
        var json = begin(id)
        append(columns: columns, rows: rows, to: &json)
        json.raw(",\"more\":true")
        end(&json)
    }

    /// A line that tells how far a query has come.
    func progress(_ id: JSONValue, rows: Int, fraction: Double?) {
        var json = begin(id)
        json.raw(",\"progress\":{\"rows\":")
        json.integer(rows)
        if let fraction {
            json.raw(",\"fraction\":")
            json.float(fraction)
        }
        json.raw("}")
        end(&json)
    }

    /// A line that says that the request was carried out.
    func done(_ id: JSONValue) {
        var json = begin(id)
        end(&json)
    }

    /// A line that says why the request failed.
    func failure(_ id: JSONValue, _ problem: StatementProblem) {
        var json = begin(id)
        json.raw(",\"error\":{\"type\":")
        json.string(problem.type)
        json.raw(",\"detail\":")
        json.string(problem.detail)
        json.raw(",\"phase\":")
        json.string(problem.phase)
        json.raw(",\"message\":")
        json.string(problem.message)
        append(problem, to: &json)
        if let hint = problem.hint {
            json.raw(",\"hint\":")
            json.string(hint)
        }
        json.raw("}")
        end(&json)
    }

    private func begin(_ id: JSONValue) -> JSONWriter {
        var json = JSONWriter()
        json.raw("{\"id\":")
        json.json(id)
        return json
    }

    private func end(_ json: inout JSONWriter) {
        json.raw("}\n")
        sink.write(json.bytes)
        sink.flush()
    }

    private func append(columns: [String], rows: [[OutputValue]], to json: inout JSONWriter) {
        json.raw(",\"columns\":[")
        for (index, column) in columns.enumerated() {
            json.comma(index)
            json.string(column)
        }
        json.raw("],\"rows\":[")
        for (index, row) in rows.enumerated() {
            json.comma(index)
            json.array(row)
        }
        json.raw("]")
    }

    private func append(_ problem: StatementProblem, to json: inout JSONWriter) {
        if let place = problem.place {
            json.raw(",\"line\":")
            json.integer(place.line)
            json.raw(",\"column\":")
            json.integer(place.column)
            json.raw(",\"endLine\":")
            json.integer(place.endLine)
            json.raw(",\"endColumn\":")
            json.integer(place.endColumn)
        }
        guard !problem.suggestions.isEmpty else { return }
        json.raw(",\"suggestions\":[")
        for (index, suggestion) in problem.suggestions.enumerated() {
            json.comma(index)
            json.string(suggestion)
        }
        json.raw("]")
    }
}

extension JSONWriter {
    /// Appends JSON as it was read.
    mutating func json(_ value: JSONValue) {
        switch value {
        case .null: raw("null")
        case .boolean(let flag): flag ? raw("true") : raw("false")
        case .integer(let number): integer(number)
        case .float(let number): float(number)
        case .string(let text): string(text)
        case .array(let elements):
            raw("[")
            for (index, element) in elements.enumerated() {
                comma(index)
                json(element)
            }
            raw("]")
        case .object(let members):
            raw("{")
            for (index, member) in members.enumerated() {
                comma(index)
                name(member.name)
                json(member.value)
            }
            raw("}")
        }
    }
}
