import KithLanguage
import KithValues

/// CALL, of procedures and of subqueries, and SHOW.
extension Binder {
    private func signature(_ name: QualifiedName) throws(QueryError) -> ProcedureSignature {
        if let signature = environment.procedure(name.text) { return signature }
        throw QueryError(
            type: "ProcedureError", detail: "ProcedureNotFound", phase: .compile,
            message: "there is no procedure `\(name.text)`", span: name.span,
            suggestions: Suggestions.nearest(to: name.text, among: environment.procedureNames))
    }

    /// Binds a CALL that is the whole query: without YIELD it returns all outputs.
    func standaloneCall(
        _ call: ProcedureCallClause
    ) throws(QueryError) -> (BoundProcedureCall, [BoundQuery.Column]) {
        let signature = try signature(call.name)
        let arguments =
            call.arguments == nil
            ? signature.inputs.prefix(signature.requiredInputCount).map { input in
                note(parameter: input.name, at: call.name.span)
                return BoundExpression(.parameter(input.name), span: call.name.span)
            } : try self.arguments(call, signature)
        let yields = try self.yields(call.yield ?? .all, signature)
        let predicate = try filter(call.filter)
        let columns = yields.map {
            BoundQuery.Column(name: variables[$0.variable.index].name, variable: $0.variable)
        }
        return (bound(call, signature, arguments, yields, predicate), columns)
    }

    /// Binds a CALL among other clauses.
    func procedureCall(_ call: ProcedureCallClause) throws(QueryError) -> BoundProcedureCall {
        let signature = try signature(call.name)
        guard call.arguments != nil || signature.inputs.isEmpty else {
            throw .syntax(
                "InvalidArgumentPassingMode",
                "`\(signature.name)` needs its arguments here", call.name.span,
                hint: "Parameters stand in for arguments only where CALL stands alone.")
        }
        let arguments = try self.arguments(call, signature)
        let yields = try call.yield.map { (items) throws(QueryError) in
            try self.yields(items, signature)
        }
        return bound(call, signature, arguments, yields ?? [], try filter(call.filter))
    }

    private func bound(
        _ call: ProcedureCallClause, _ signature: ProcedureSignature,
        _ arguments: [BoundExpression], _ yields: [BoundProcedureCall.Yield],
        _ predicate: BoundExpression?
    ) -> BoundProcedureCall {
        let writes = Self.writesByOption(signature, arguments)
        if signature.isWriting || writes { isWriting = true }
        return BoundProcedureCall(
            name: signature.name, arguments: arguments, yields: yields,
            isOptional: call.isOptional, predicate: predicate, isWriting: writes,
            span: call.name.span)
    }

    /// Whether the text of the options says that the call changes the graph.
    private static func writesByOption(
        _ signature: ProcedureSignature, _ arguments: [BoundExpression]
    ) -> Bool {
        guard let key = signature.writingOption, let options = arguments.last else { return false }
        switch options.kind {
        case .map(let entries): return entries.contains { $0.key == key }
        case .literal(.map(let map)): return map[key].map { !$0.isNull } ?? false
        default: return false
        }
    }

    private func arguments(
        _ call: ProcedureCallClause, _ signature: ProcedureSignature
    ) throws(QueryError) -> [BoundExpression] {
        let arguments = call.arguments ?? []
        guard arguments.count >= signature.requiredInputCount,
            arguments.count <= signature.inputs.count
        else {
            let names = signature.inputs.map(\.name).joined(separator: ", ")
            throw .syntax(
                "InvalidNumberOfArguments", "`\(signature.name)` takes other arguments",
                call.name.span, hint: "It is called as `\(signature.name)(\(names))`.")
        }
        var bound: [BoundExpression] = []
        for (argument, input) in zip(arguments, signature.inputs) {
            let value = try expression(argument)
            var kinds = input.type.kinds
            // A whole number will do for one with a point.
            if kinds.contains(.float) { kinds.formUnion(.integer) }
            try require(value, kinds, "the argument `\(input.name)` of `\(signature.name)`")
            bound.append(value)
        }
        return bound
    }

    private func yields(
        _ items: YieldItems, _ signature: ProcedureSignature
    ) throws(QueryError) -> [BoundProcedureCall.Yield] {
        var yields: [BoundProcedureCall.Yield] = []
        guard case .items(let items) = items else {
            for (index, output) in signature.outputs.enumerated() {
                let variable = makeVariable(output.name, output.type)
                scope.add(Name(output.name, span: SourceSpan(start: 0, end: 0)), variable)
                yields.append(BoundProcedureCall.Yield(output: index, variable: variable))
            }
            return yields
        }
        for item in items {
            let output = signature.outputs.firstIndex {
                $0.name.utf8.elementsEqual(item.name.text.utf8)
            }
            guard let output else {
                throw .syntax(
                    "UndefinedVariable",
                    "`\(signature.name)` has no column `\(item.name.text)`", item.name.span,
                    suggestions: Suggestions.nearest(
                        to: item.name.text, among: signature.outputs.map(\.name)))
            }
            let variable = try introduce(
                item.alias ?? item.name, signature.outputs[output].type)
            yields.append(BoundProcedureCall.Yield(output: output, variable: variable))
        }
        return yields
    }

    /// Binds SHOW as a call of `show.SUBJECT`.
    func show(_ show: ShowStatement) throws(QueryError) -> BoundQuery {
        let name = "show.\(show.subject.rawValue.lowercased())"
        guard let signature = environment.procedure(name) else {
            throw QueryError(
                type: "ProcedureError", detail: "ProcedureNotFound", phase: .compile,
                message: "\(show.subject.rawValue) cannot be shown", span: show.span)
        }
        let yields = try self.yields(show.yield ?? .all, signature)
        let predicate = try filter(show.filter)
        let call = BoundProcedureCall(
            name: signature.name, arguments: [], yields: yields, predicate: predicate,
            span: show.span)
        var clauses = [BoundClause.callProcedure(call)]
        var columns = yields.map {
            BoundQuery.Column(name: variables[$0.variable.index].name, variable: $0.variable)
        }
        if let returning = show.returning {
            let (projection, returned) = try self.projection(
                returning.projection, filter: nil, isReturn: true)
            clauses.append(.project(projection))
            columns = returned
        }
        return BoundQuery(
            branches: [BoundQuery.Branch(clauses: clauses, columns: columns.map(\.variable))],
            keepsDuplicates: true, columns: columns)
    }

    /// Binds CALL { … }.
    func subqueryCall(_ clause: SubqueryClause) throws(QueryError) -> BoundCallSubquery {
        let outer = scope
        frames.append(SubqueryFrame(firstVariable: variables.count))
        let query: BoundQuery
        do {
            defer { scope = outer }
            query = try subqueryBody(clause, outer)
            callScopes.removeLast()
        }
        let imports = frames.removeLast().imports
        for column in query.columns {
            let name = Name(column.name, span: clause.query.span)
            guard outer.variable(name) == nil else {
                throw alreadyBound(name, hint: "Return it under another name with AS.")
            }
            scope.add(name, column.variable)
        }
        let isUnit = query.columns.isEmpty
        return BoundCallSubquery(
            query: query, imports: imports, isUnit: isUnit, isOptional: clause.isOptional,
            batching: try batching(of: clause))
    }

    private func subqueryBody(
        _ clause: SubqueryClause, _ outer: Scope
    ) throws(QueryError) -> BoundQuery {
        switch clause.imports {
        case .all:
            scope = outer.forSubquery
            callScopes.append(outer)
            return try query(clause.query, place: .call)
        case .variables(let names):
            var imported = Scope()
            imported.outer = outer.outer
            for name in names {
                guard let variable = outer.variable(name) else { throw undefined(name) }
                imported.outer[name] = variable
            }
            scope = imported
            callScopes.append(outer)
            return try query(clause.query, place: .call)
        case .leadingWith:
            // Each branch sees the outer variables in its first clause only, where that is WITH.
            scope = Scope()
            importingScope = outer
            callScopes.append(outer)
            defer { importingScope = nil }
            return try query(clause.query, place: .call)
        }
    }
}
