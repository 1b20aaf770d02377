extension Printer {
    mutating func statement(_ statement: Statement) {
        switch statement.mode {
        case .run: break
        case .explain: write("EXPLAIN ")
        case .profile: write("PROFILE ")
        }
        switch statement.kind {
        case .query(let query): self.query(query)
        case .createIndex(let statement): createIndex(statement)
        case .dropIndex(let statement): drop("INDEX", statement)
        case .createConstraint(let statement): createConstraint(statement)
        case .dropConstraint(let statement): drop("CONSTRAINT", statement)
        case .show(let statement): show(statement)
        case .transaction(let command): write(command.rawValue)
        }
    }

    private mutating func schemaName(_ name: Name?, _ ifNotExists: Bool) {
        if let name {
            // FOR and IF would begin what follows the name.
            switch Keyword.named(Array(name.text.utf8)) {
            case .for, .if: write(Printer.quoted(name.text))
            default: variable(name)
            }
            write(" ")
        }
        if ifNotExists { write("IF NOT EXISTS ") }
    }

    private mutating func createIndex(_ statement: CreateIndexStatement) {
        write(statement.kind == .text ? "CREATE TEXT INDEX " : "CREATE INDEX ")
        schemaName(statement.name, statement.ifNotExists)
        schemaTarget(statement.target)
        write(" ON (")
        schemaProperties(statement.properties, of: statement.target)
        write(")")
    }

    private mutating func schemaTarget(_ target: SchemaTarget) {
        let isNode = target.entity == .node
        write(isNode ? "FOR (" : "FOR ()-[")
        variable(target.variable)
        write(":")
        word(target.name)
        write(isNode ? ")" : "]-()")
    }

    private mutating func schemaProperties(_ properties: [Name], of target: SchemaTarget) {
        list(properties) { printer, property in
            printer.variable(target.variable)
            printer.write(".")
            printer.word(property)
        }
    }

    private mutating func createConstraint(_ statement: CreateConstraintStatement) {
        write("CREATE CONSTRAINT ")
        schemaName(statement.name, statement.ifNotExists)
        schemaTarget(statement.target)
        write(" REQUIRE (")
        schemaProperties(statement.properties, of: statement.target)
        write(") IS ")
        switch statement.requirement {
        case .unique: write("UNIQUE")
        case .exists: write("NOT NULL")
        case .key: write(statement.target.entity == .node ? "NODE KEY" : "RELATIONSHIP KEY")
        case .type(let type):
            write(":: ")
            self.type(type)
        }
    }

    private mutating func drop(_ what: String, _ statement: DropStatement) {
        write("DROP \(what) ")
        variable(statement.name)
        if statement.ifExists { write(" IF EXISTS") }
    }

    private mutating func show(_ statement: ShowStatement) {
        write("SHOW \(statement.subject.rawValue)")
        yield(statement.yield)
        filter(statement.filter)
        if let returning = statement.returning {
            write(" ")
            clause(.returning(returning))
        }
    }
}
