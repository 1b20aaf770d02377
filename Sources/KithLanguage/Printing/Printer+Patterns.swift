extension Printer {
    mutating func graphPattern(_ pattern: GraphPattern) {
        list(pattern.paths) { $0.path($1) }
        filter(pattern.filter)
    }

    mutating func filter(_ filter: Expression?) {
        guard let filter else { return }
        write(" WHERE ")
        expression(filter)
    }

    mutating func path(_ path: PathPattern) {
        if let name = path.variable {
            variable(name)
            write(" = ")
        }
        switch path.selector {
        case .all: break
        case .any(let count): write("ANY \(Printer.text { $0.count(count) }) ")
        case .shortest(let count): write("SHORTEST \(Printer.text { $0.count(count) }) ")
        case .allShortest: write("ALL SHORTEST ")
        case .shortestGroups(let count):
            write("SHORTEST \(Printer.text { $0.count(count) }) GROUPS ")
        case .shortestPathFunction: write("shortestPath(")
        case .allShortestPathsFunction: write("allShortestPaths(")
        }
        elements(path.elements)
        switch path.selector {
        case .shortestPathFunction, .allShortestPathsFunction: write(")")
        default: break
        }
    }

    private mutating func count(_ count: PathCount) {
        switch count {
        case .number(let number): write(String(number))
        case .parameter(let name): parameter(name)
        }
    }

    private mutating func elements(_ elements: [PathElement]) {
        for element in elements {
            switch element {
            case .node(let node): self.node(node)
            case .relationship(let relationship): self.relationship(relationship)
            case .group(let group): nested { $0.group(group) }
            }
        }
    }

    private mutating func group(_ group: PathGroup) {
        write("(")
        if let name = group.variable {
            variable(name)
            write(" = ")
        }
        elements(group.elements)
        filter(group.filter)
        write(")")
        quantifier(group.quantifier)
    }

    private mutating func node(_ node: NodePattern) {
        write("(")
        filler(node.variable, node.labels, nil, node.properties, node.filter)
        write(")")
    }

    private mutating func relationship(_ relationship: RelationshipPattern) {
        write(relationship.direction == .leftward ? "<-" : "-")
        let isBare =
            relationship.variable == nil && relationship.types == nil
            && relationship.length == nil && relationship.properties == nil
            && relationship.filter == nil
        if !isBare {
            write("[")
            filler(
                relationship.variable, relationship.types, relationship.length,
                relationship.properties, relationship.filter)
            write("]")
        }
        write(relationship.direction == .rightward ? "->" : "-")
        quantifier(relationship.quantifier)
    }

    private mutating func filler(
        _ variable: Name?, _ labels: LabelExpression?, _ length: VariableLength?,
        _ properties: Expression?, _ filter: Expression?
    ) {
        if let variable { self.variable(variable) }
        if let labels {
            write(":")
            self.labels(labels)
        }
        if let length { self.length(length) }
        if let properties {
            if variable != nil || labels != nil || length != nil { write(" ") }
            expression(properties)
        }
        guard let filter else { return }
        if variable != nil || labels != nil || length != nil || properties != nil { write(" ") }
        write("WHERE ")
        expression(filter)
    }

    private mutating func length(_ length: VariableLength) {
        write("*")
        if let lower = length.lowerBound {
            write(String(lower))
            if length.upperBound == lower { return }
            write("..")
            if let upper = length.upperBound { write(String(upper)) }
        } else if let upper = length.upperBound {
            write("..\(upper)")
        }
    }

    private mutating func quantifier(_ quantifier: PathQuantifier?) {
        guard let quantifier else { return }
        switch (quantifier.lowerBound, quantifier.upperBound) {
        case (0, nil): write("*")
        case (1, nil): write("+")
        case (let lower, nil): write("{\(lower),}")
        case (let lower, let upper?):
            write(lower == upper ? "{\(lower)}" : "{\(lower),\(upper)}")
        }
    }

    mutating func labels(_ expression: LabelExpression) {
        nested { printer in
            switch expression.kind {
            case .disjunction(let choices):
                printer.list(choices, separator: "|") { $0.labelPart($1, inConjunction: false) }
            case .conjunction(let parts):
                printer.list(parts, separator: "&") { $0.labelPart($1, inConjunction: true) }
            default: printer.labelPart(expression, inConjunction: true)
            }
        }
    }

    /// Prints labels where a `|` of theirs could end the expression around them.
    mutating func labelsInExpression(_ expression: LabelExpression) {
        labelPart(expression, inConjunction: true, keepsConjunction: true)
    }

    private mutating func labelPart(
        _ expression: LabelExpression, inConjunction: Bool, keepsConjunction: Bool = false
    ) {
        switch expression.kind {
        case .name(let name): word(name)
        case .wildcard: write("%")
        case .negation(let operand):
            write("!")
            nested { $0.labelPart(operand, inConjunction: true) }
        case .conjunction where !inConjunction || keepsConjunction: labels(expression)
        case .conjunction, .disjunction:
            write("(")
            labels(expression)
            write(")")
        }
    }

    mutating func type(_ type: ValueType) {
        switch type.kind {
        case .null: write("NULL")
        case .nothing: write("NOTHING")
        case .boolean: write("BOOLEAN")
        case .string: write("STRING")
        case .integer: write("INTEGER")
        case .float: write("FLOAT")
        case .date: write("DATE")
        case .localTime: write("LOCAL TIME")
        case .zonedTime: write("ZONED TIME")
        case .localDateTime: write("LOCAL DATETIME")
        case .zonedDateTime: write("ZONED DATETIME")
        case .duration: write("DURATION")
        case .money: write("MONEY")
        case .node: write("NODE")
        case .relationship: write("RELATIONSHIP")
        case .map: write("MAP")
        case .path: write("PATH")
        case .propertyValue: write("PROPERTY VALUE")
        case .any: write("ANY")
        case .list(let element):
            write("LIST<")
            nested { $0.type(element) }
            write(">")
        case .union(let choices): list(choices, separator: " | ") { $0.type($1) }
        }
        if type.isNotNull { write(" NOT NULL") }
    }
}
