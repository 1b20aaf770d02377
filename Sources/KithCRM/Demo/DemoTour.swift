/// A short tour of the demo graph: questions with the statements that answer them.
public struct DemoTour: Sendable {
    /// One stop.
    public struct Stop: Sendable {
        /// The question, for people.
        public let question: String
        /// The statement that answers it.
        public let statement: String
    }

    /// The stops, in their order.
    public static let stops: [Stop] = [
        Stop(
            question: "How many customers speak which language?",
            statement: """
                MATCH (c:Customer)
                RETURN c.lang AS language, count(*) AS customers
                ORDER BY customers DESC, language LIMIT 8
                """),
        Stop(
            question: "Who has the most friends?",
            statement: """
                MATCH (c:Customer)-[:FRIEND]-(f:Customer)
                WITH c, count(f) AS friends ORDER BY friends DESC, c.id LIMIT 5
                RETURN c.id AS id, c.name AS customer, c.city AS city, friends
                """),
        Stop(
            question: "Which products sell best?",
            statement: """
                MATCH (:Order)-[l:CONTAINS]->(p:Product)-[:IN_CATEGORY]->(k:Category)
                RETURN p.name AS product, k.name AS category, sum(l.quantity) AS sold
                ORDER BY sold DESC, product LIMIT 5
                """),
        Stop(
            question: "What do friends of customer 1 buy that customer 1 has not bought?",
            statement: """
                MATCH (me:Customer {id: 1})-[:FRIEND]-(f)-[:PLACED]->(:Order)-[:CONTAINS]->(p:Product)
                WHERE NOT EXISTS { MATCH (me)-[:PLACED]->(:Order)-[:CONTAINS]->(p) }
                RETURN p.name AS product, count(DISTINCT f) AS friends
                ORDER BY friends DESC, product LIMIT 5
                """),
        Stop(
            question: "On which channels do customers complain, and how do they rate it?",
            statement: """
                MATCH (i:Interaction {purpose: 'complaint'})-[:VIA]->(ch:Channel)
                RETURN ch.name AS channel, count(*) AS complaints, round(avg(i.rating) * 100) / 100 AS rating
                ORDER BY complaints DESC, channel LIMIT 5
                """),
        Stop(
            question: "Which suppliers reach the most customers through their products?",
            statement: """
                MATCH (s:Supplier)-[:SUPPLIES]->(:Product)<-[:CONTAINS]-(:Order)<-[:PLACED]-(c:Customer)
                RETURN s.name AS supplier, count(DISTINCT c) AS customers
                ORDER BY customers DESC, supplier LIMIT 5
                """),
        Stop(
            question: "How are customers 1 and 42 connected?",
            statement: """
                MATCH p = shortestPath((a:Customer {id: 1})-[:FRIEND*..6]-(b:Customer {id: 42}))
                RETURN [n IN nodes(p) | n.name] AS path, length(p) AS hops
                """),
    ]
}
