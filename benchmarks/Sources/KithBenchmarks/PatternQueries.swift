/// A query that counts the matches of a pattern in a social network: the nine shapes of LSQB, over the
/// network of LDBC SNB (people who know each other, their cities, forums, messages and tags).
struct PatternQuery {
    let name: String
    let text: String

    /// Every query of the workload.
    static let all: [PatternQuery] = [
        PatternQuery(
            name: "q1",
            text: """
                MATCH (:Country)<-[:IS_PART_OF]-(:City)<-[:IS_LOCATED_IN]-(:Person)\
                <-[:HAS_MEMBER]-(:Forum)-[:CONTAINER_OF]->(:Post)<-[:REPLY_OF]-(:Comment)\
                -[:HAS_TAG]->(:Tag)-[:HAS_TYPE]->(:TagClass) RETURN count(*)
                """),
        PatternQuery(
            name: "q2",
            text: """
                MATCH (a:Person)-[:KNOWS]-(b:Person), \
                (a)<-[:HAS_CREATOR]-(:Comment)-[:REPLY_OF]->(:Post)-[:HAS_CREATOR]->(b) \
                RETURN count(*)
                """),
        PatternQuery(
            name: "q3",
            text: """
                MATCH (country:Country) \
                MATCH (a:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) \
                MATCH (b:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) \
                MATCH (c:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) \
                MATCH (a)-[:KNOWS]-(b)-[:KNOWS]-(c)-[:KNOWS]-(a) RETURN count(*)
                """),
        PatternQuery(
            name: "q4",
            text: """
                MATCH (:Tag)<-[:HAS_TAG]-(message:Message)-[:HAS_CREATOR]->(:Person), \
                (message)<-[:LIKES]-(:Person), (message)<-[:REPLY_OF]-(:Comment) RETURN count(*)
                """),
        PatternQuery(
            name: "q5",
            text: """
                MATCH (one:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(:Comment)-[:HAS_TAG]->(other:Tag) \
                WHERE one <> other RETURN count(*)
                """),
        PatternQuery(
            name: "q6",
            text: """
                MATCH (a:Person)-[:KNOWS]-(:Person)-[:KNOWS]-(c:Person)-[:HAS_INTEREST]->(:Tag) \
                WHERE a <> c RETURN count(*)
                """),
        PatternQuery(
            name: "q7",
            text: """
                MATCH (:Tag)<-[:HAS_TAG]-(message:Message)-[:HAS_CREATOR]->(:Person) \
                OPTIONAL MATCH (message)<-[:LIKES]-(liker:Person) \
                OPTIONAL MATCH (message)<-[:REPLY_OF]-(comment:Comment) RETURN count(*)
                """),
        PatternQuery(
            name: "q8",
            text: """
                MATCH (one:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(comment:Comment)\
                -[:HAS_TAG]->(other:Tag) \
                WHERE NOT (comment)-[:HAS_TAG]->(one) AND one <> other RETURN count(*)
                """),
        PatternQuery(
            name: "q9",
            text: """
                MATCH (a:Person)-[:KNOWS]-(:Person)-[:KNOWS]-(c:Person)-[:HAS_INTEREST]->(:Tag) \
                WHERE NOT (a)-[:KNOWS]-(c) AND a <> c RETURN count(*)
                """),
    ]
}
