import Kith
import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// The nine shapes of patterns that LSQB counts, in a social network whose lists do not fit in the memory
/// for what is decoded, against the answers with room for all of them.
@Suite("Patterns within a small memory budget")
struct MemoryBudgetPatternTests {
    private static let patterns = [
        "MATCH (:Country)<-[:IS_PART_OF]-(:City)<-[:IS_LOCATED_IN]-(:Person)<-[:HAS_MEMBER]-(:Forum)"
            + "-[:CONTAINER_OF]->(:Post)<-[:REPLY_OF]-(:Comment)-[:HAS_TAG]->(:Tag)"
            + "-[:HAS_TYPE]->(:TagClass) RETURN count(*) AS n",
        "MATCH (a:Person)-[:KNOWS]-(b:Person), (a)<-[:HAS_CREATOR]-(:Comment)-[:REPLY_OF]->(:Post)"
            + "-[:HAS_CREATOR]->(b) RETURN count(*) AS n",
        "MATCH (country:Country) "
            + "MATCH (a:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) "
            + "MATCH (b:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) "
            + "MATCH (c:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) "
            + "MATCH (a)-[:KNOWS]-(b)-[:KNOWS]-(c)-[:KNOWS]-(a) RETURN count(*) AS n",
        "MATCH (:Tag)<-[:HAS_TAG]-(message:Message)-[:HAS_CREATOR]->(:Person), "
            + "(message)<-[:LIKES]-(:Person), (message)<-[:REPLY_OF]-(:Comment) "
            + "RETURN count(*) AS n",
        "MATCH (one:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(:Comment)-[:HAS_TAG]->(other:Tag) "
            + "WHERE one <> other RETURN count(*) AS n",
        "MATCH (a:Person)-[:KNOWS]-(:Person)-[:KNOWS]-(c:Person)-[:HAS_INTEREST]->(:Tag) "
            + "WHERE a <> c RETURN count(*) AS n",
        "MATCH (:Tag)<-[:HAS_TAG]-(message:Message)-[:HAS_CREATOR]->(:Person) "
            + "OPTIONAL MATCH (message)<-[:LIKES]-(liker:Person) "
            + "OPTIONAL MATCH (message)<-[:REPLY_OF]-(comment:Comment) RETURN count(*) AS n",
        "MATCH (one:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(comment:Comment)"
            + "-[:HAS_TAG]->(other:Tag) "
            + "WHERE NOT (comment)-[:HAS_TAG]->(one) AND one <> other RETURN count(*) AS n",
        "MATCH (a:Person)-[:KNOWS]-(:Person)-[:KNOWS]-(c:Person)-[:HAS_INTEREST]->(:Tag) "
            + "WHERE NOT (a)-[:KNOWS]-(c) AND a <> c RETURN count(*) AS n",
        // Relationships of lists in either direction, which have to be found or are theirs.
        "MATCH (a:Message)<-[r:REPLY_OF]-(b) WHERE a.id % 11 = 0 "
            + "RETURN count(DISTINCT r) AS n, sum(r.weight) AS w",
        "MATCH (a:Person)-[r:LIKES]->(b) WHERE a.id % 7 = 0 "
            + "RETURN count(DISTINCT r) AS n, sum(r.weight) AS w",
    ]

    private static let nodes = [
        "UNWIND range(0, 1) AS i CREATE (:Country {id: i})",
        "UNWIND range(0, 15) AS i CREATE (:City {id: i})",
        "UNWIND range(0, 299) AS i CREATE (:Person {id: i})",
        "UNWIND range(0, 79) AS i CREATE (:Forum {id: i})",
        "UNWIND range(0, 1499) AS i CREATE (:Message:Post {id: i})",
        "UNWIND range(1500, 4499) AS i CREATE (:Message:Comment {id: i})",
        "UNWIND range(0, 99) AS i CREATE (:Tag {id: i})",
        "UNWIND range(0, 9) AS i CREATE (:TagClass {id: i})",
    ]

    private static let edges = [
        "MATCH (a:City) MATCH (b:Country {id: a.id / 8}) CREATE (a)-[:IS_PART_OF]->(b)",
        "MATCH (a:Person) MATCH (b:City {id: a.id * 7 % 16}) CREATE (a)-[:IS_LOCATED_IN]->(b)",
        "MATCH (a:Person) UNWIND range(1, 6) AS k MATCH (b:Person {id: (a.id + k * k * 17) % 300}) "
            + "WHERE a.id <> b.id CREATE (a)-[:KNOWS]->(b)",
        "MATCH (a:Person) UNWIND range(1, 3) AS k MATCH (b:Tag {id: (a.id * 13 + k * 29) % 100}) "
            + "CREATE (a)-[:HAS_INTEREST]->(b)",
        "MATCH (a:Forum) UNWIND range(1, 9) AS k MATCH (b:Person {id: (a.id * 31 + k * k) % 300}) "
            + "CREATE (a)-[:HAS_MEMBER]->(b)",
        "MATCH (b:Post) MATCH (a:Forum {id: b.id * 11 % 80}) CREATE (a)-[:CONTAINER_OF]->(b)",
        "MATCH (a:Message) MATCH (b:Person {id: a.id * 7919 % 300}) CREATE (a)-[:HAS_CREATOR]->(b)",
        "MATCH (a:Comment) MATCH (b:Message {id: a.id * 613 % 1500}) "
            + "CREATE (a)-[:REPLY_OF {weight: a.id % 10}]->(b)",
        "MATCH (a:Message) UNWIND range(1, a.id % 3) AS k "
            + "MATCH (b:Tag {id: (a.id * 37 + k * 41) % 100}) CREATE (a)-[:HAS_TAG]->(b)",
        "MATCH (a:Person) UNWIND range(1, 12) AS k "
            + "MATCH (b:Message {id: (a.id * 271 + k * 733) % 4500}) "
            + "CREATE (a)-[:LIKES {weight: k}]->(b)",
        "MATCH (a:Tag) MATCH (b:TagClass {id: a.id % 10}) CREATE (a)-[:HAS_TYPE]->(b)",
    ]

    private static func fill(_ database: Database) throws {
        try database.write { transaction in
            for label in ["Country", "City", "Person", "Forum", "Message", "Tag", "TagClass"] {
                let index: String = "CREATE INDEX FOR (n:" + label + ") ON (n.id)"
                try transaction.execute(Query(index))
            }
            for statement in nodes + edges { try transaction.execute(Query(statement)) }
        }
        // Changes that are not folded into the blocks of the lists.
        try database.write { transaction in
            try transaction.execute(
                """
                MATCH (a:Comment {id: 4000}) MATCH (b:Message) WHERE b.id % 250 = 1 \
                CREATE (a)-[:REPLY_OF {weight: 100}]->(b)
                """)
            try transaction.execute(
                "MATCH (a:Person {id: 7})-[r:LIKES]->(b) WHERE b.id % 2 = 0 DELETE r")
        }
    }

    @Test(
        "do not read the same lists over and over where what they need about fits",
        arguments: [(50 << 10, 3_500 << 10), (100 << 10, 600 << 10)])
    func evictions(budgetInBytes: Int, mostInBytes: Int) throws {
        let path = "/tmp/kith-evictions-\(UInt64.random(in: 0 ... .max)).kith"
        defer { _ = unlinkFile(path) }
        try Self.fill(Database.open(path))
        let scarce = try Database.open(path, options: Self.options(budgetInBytes))
        try scarce.read { transaction in
            transaction.execution.threads = 1
            var evicted = 0
            for text in Self.patterns {
                // What planning looks at is not counted.
                _ = try transaction.rows(Query(text))
                evicted -= transaction.graph.decodedEvictedInBytes
                _ = try transaction.rows(Query(text))
                evicted += transaction.graph.decodedEvictedInBytes
            }
            #expect(evicted > 0 && evicted < mostInBytes, "\(evicted) bytes were let go of")
        }
    }

    private static func options(_ budgetInBytes: Int) -> Database.Options {
        var options = Database.Options()
        options.graph.allowsSmallBudgets = true
        options.graph.decodedCacheBudgetInBytes = budgetInBytes
        options.graph.storage.cacheBudgetInBytes = 1 << 20
        return options
    }

    @Test("have the same counts, on one thread and on two", arguments: [24 << 10, 100 << 10])
    func countsStay(budgetInBytes: Int) throws {
        let path = "/tmp/kith-patterns-\(UInt64.random(in: 0 ... .max)).kith"
        defer { _ = unlinkFile(path) }
        try Self.fill(Database.open(path))
        let plenty = try Database.open(path)
        let scarce = try Database.open(path, options: Self.options(budgetInBytes))
        for text in Self.patterns {
            let query = Query(text)
            let expected = try plenty.read { try $0.rows(query).map { "\($0.values)" } }
            #expect(expected.first != "[0]", "a pattern that is nowhere tests nothing: \(text)")
            for threads in 1...2 {
                try scarce.read { transaction in
                    transaction.execution.threads = threads
                    transaction.execution.parallelRowsMin = 64
                    let found = try transaction.rows(query).map { "\($0.values)" }
                    #expect(found == expected, "\(threads) threads: \(text)")
                }
            }
        }
        try scarce.read { #expect($0.graph.decodedEvictedInBytes > budgetInBytes) }
    }
}
