extension ImportPlan {
    /// The plan that command-line specifications describe.
    ///
    /// - Parameters:
    ///   - nodes: `Customer=customer.csv`, `Company:Supplier=suppliers.csv`, perhaps with the key after
    ///     a colon: `Customer=customer.csv:email`. Without one the key is the column `id`, or else the
    ///     first.
    ///   - relationships: `FRIEND=friend.csv:Customer:Customer`; the first two columns hold the keys.
    /// - Returns: The plan, whose files were not looked at yet.
    /// - Throws: ``ImportError/Code/invalidPlan`` with the specification at fault.
    public static func fromSpecifications(
        nodes: [String], relationships: [String]
    ) throws(ImportError) -> ImportPlan {
        var plan = ImportPlan()
        for specification in nodes {
            guard let (labels, rest) = parts(specification) else {
                throw ImportError(
                    .invalidPlan,
                    "`\(specification)` is no specification of nodes; write LABEL=FILE, as in "
                        + "Customer=customer.csv")
            }
            let (path, arguments) = splitPath(rest, argumentsMax: 1)
            var file = NodeFile(
                path: path, labels: labels.split(separator: ":").map(String.init),
                key: arguments.first)
            file.keyIsOptional = arguments.isEmpty
            plan.nodes.append(file)
        }
        for specification in relationships {
            guard let (type, rest) = parts(specification) else {
                throw wrongRelationships(specification)
            }
            let (path, labels) = splitPath(rest, argumentsMax: 2)
            guard labels.count == 2 else { throw wrongRelationships(specification) }
            plan.relationships.append(
                RelationshipFile(
                    path: path, type: type, from: RelationshipFile.End(label: labels[0]),
                    to: RelationshipFile.End(label: labels[1])))
        }
        return plan
    }

    private static func wrongRelationships(_ specification: String) -> ImportError {
        ImportError(
            .invalidPlan,
            "`\(specification)` is no specification of relationships; write "
                + "TYPE=FILE:FROM_LABEL:TO_LABEL, as in FRIEND=friend.csv:Customer:Customer")
    }

    private static func parts(_ specification: String) -> (String, String)? {
        guard let equals = specification.firstIndex(of: "=") else { return nil }
        let name = String(specification[..<equals])
        let rest = String(specification[specification.index(after: equals)...])
        return name.isEmpty || rest.isEmpty ? nil : (name, rest)
    }

    /// Cuts `:A:B` off the end of a path; a colon before a slash belongs to the path.
    private static func splitPath(_ text: String, argumentsMax: Int) -> (String, [String]) {
        var path = text[...]
        var arguments: [String] = []
        while arguments.count < argumentsMax, let colon = path.lastIndex(of: ":") {
            let argument = path[path.index(after: colon)...]
            guard !argument.isEmpty, !argument.contains("/") else { break }
            arguments.insert(String(argument), at: 0)
            path = path[..<colon]
        }
        return (String(path), arguments)
    }
}
