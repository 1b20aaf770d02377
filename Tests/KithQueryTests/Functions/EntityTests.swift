import KithQuery
import KithValues
import Testing

@Suite("Functions of nodes, relationships and paths")
struct EntityTests {
    @Test("nodes and relationships tell what they are")
    func entities() throws {
        #expect(try text("labels", .testNode) == "['Person', 'Customer']")
        #expect(try text("type", .testRelationship) == "'KNOWS'")
        #expect(try text("id", .testNode) == "1")
        #expect(try text("elementId", .testRelationship) == "'7'")
        #expect(try text("startNode", .testRelationship) == "(#1)")
        #expect(try text("endNode", .testRelationship) == "(#2)")
        #expect(try text("keys", .testNode) == "['name']")
        #expect(try text("keys", ["k": .null, "l": 1]) == "['k', 'l']")
        #expect(try text("properties", .testRelationship) == "{since: 1843}")
        #expect(try text("properties", ["a": 1]) == "{a: 1}")
    }

    @Test("paths tell what they consist of")
    func paths() throws {
        #expect(try text("nodes", .testPath) == "[(#1), (#2)]")
        #expect(try text("relationships", .testPath) == "[[#7]]")
        #expect(try text("length", .testPath) == "1")
    }

    @Test("other kinds are refused as openCypher refuses them")
    func refused() throws {
        for odd in [0, 1.0, true, "", []] as [Value] {
            #expect(try failure("type", odd) == "TypeError.InvalidArgumentValue")
            #expect(try failure("labels", odd) == "TypeError.InvalidArgumentValue")
            for name in ["id", "elementId", "keys", "properties", "nodes", "length"] {
                #expect(try failure(name, odd) == "TypeError.InvalidArgumentType")
            }
        }
        #expect(
            try failure("labels", .node(NodeID(rawValue: 99)))
                == "EntityNotFound.DeletedEntityAccess")
    }

    @Test("signatures let the binder refuse what can never work")
    func signatures() throws {
        func mayTake(_ name: String, _ type: StaticType) throws -> Bool {
            let function = try #require(FunctionRegistry.standard.scalar(name))
            return function.parameters[0].type.mayBe(type.kinds) || type.kinds.isEmpty
        }
        #expect(try !mayTake("size", .path))
        #expect(try !mayTake("length", .node))
        #expect(try !mayTake("length", .relationship))
        #expect(try !mayTake("labels", .path))
        #expect(try !mayTake("type", .node))
        for type in [StaticType.integer, .string, .list] {
            #expect(try !mayTake("properties", type))
        }
        #expect(try mayTake("size", .any))
        // Wrong types are an error of range only when it runs.
        #expect(try mayTake("range", .boolean))
    }
}
