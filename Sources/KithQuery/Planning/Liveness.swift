/// Which variables later clauses still read, so that plans drop the rest.
enum Liveness {
    /// For each clause, the variables that are read after it.
    ///
    /// `final`: the variables that must be alive at the end.
    static func after(_ clauses: [BoundClause], final: VariableSet) -> [VariableSet] {
        var alive = final
        var result: [VariableSet] = []
        for clause in clauses.reversed() {
            result.append(alive)
            if case .project = clause {
                alive = reads(of: clause)
            } else {
                alive.formUnion(reads(of: clause))
            }
        }
        return result.reversed()
    }

    /// The variables that a clause reads; may name variables the clause itself binds.
    static func reads(of clause: BoundClause) -> VariableSet {
        switch clause {
        case .match(let match):
            return reads(of: match.pattern).union(match.predicate?.freeVariables ?? [])
        case .unwind(let list, _): return list.freeVariables
        case .project(let projection): return reads(of: projection)
        case .create(let pattern): return reads(of: pattern)
        case .merge(let merge):
            return reads(of: merge.pattern)
                .union(reads(of: merge.onCreate)).union(reads(of: merge.onMatch))
        case .set(let changes): return reads(of: changes)
        case .delete(let entities, _):
            return entities.reduce(into: []) { $0.formUnion($1.freeVariables) }
        case .forEach(let variable, let list, let clauses):
            return clauses.reduce(into: list.freeVariables) { $0.formUnion(reads(of: $1)) }
                .subtracting([variable])
        case .callProcedure(let call):
            return call.arguments.reduce(into: call.predicate?.freeVariables ?? []) {
                $0.formUnion($1.freeVariables)
            }
        case .callSubquery(let call):
            return VariableSet(call.imports).union(call.batching?.rowCount?.freeVariables ?? [])
        case .loadCSV(let load):
            return load.source.freeVariables.union(load.fieldTerminator?.freeVariables ?? [])
        }
    }

    private static func reads(of projection: BoundProjection) -> VariableSet {
        projection.expressions.reduce(into: []) { $0.formUnion($1.freeVariables) }
    }

    private static func reads(of changes: [BoundChange]) -> VariableSet {
        changes.reduce(into: []) { found, change in
            switch change {
            case .setProperty(let entity, _, let value, _),
                .replaceProperties(let entity, let value, _),
                .mergeProperties(let entity, let value, _):
                found.formUnion(entity.freeVariables.union(value.freeVariables))
            case .setDynamicProperty(let entity, let key, let value, _):
                found.formUnion(
                    entity.freeVariables.union(value.freeVariables).union(key.freeVariables))
            case .addLabels(let entity, _, _), .removeLabels(let entity, _, _),
                .removeProperty(let entity, _, _):
                found.formUnion(entity.freeVariables)
            case .removeDynamicProperty(let entity, let key, _):
                found.formUnion(entity.freeVariables.union(key.freeVariables))
            }
        }
    }

    /// The variables of a pattern and those its properties read.
    static func reads(of pattern: BoundPattern) -> VariableSet {
        var found: VariableSet = []
        for node in pattern.nodes {
            found.insert(node.variable)
            for property in node.properties { found.formUnion(property.value.freeVariables) }
            found.formUnion(node.propertyMap?.freeVariables ?? [])
        }
        for relationship in pattern.relationships {
            found.insert(relationship.variable)
            for property in relationship.properties {
                found.formUnion(property.value.freeVariables)
            }
            found.formUnion(relationship.propertyMap?.freeVariables ?? [])
            if let quantified = relationship.quantified {
                found.formUnion(reads(of: quantified.pattern))
                found.formUnion(quantified.predicate?.freeVariables ?? [])
            }
        }
        for selection in pattern.selections {
            found.formUnion(selection.predicate?.freeVariables ?? [])
        }
        return found
    }
}
