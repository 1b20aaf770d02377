import Kith

/// A query of a customer graph, and what its parameters are drawn from.
struct CRMQuery {
    /// What a run's parameters are.
    enum Draw {
        /// None.
        case nothing
        /// `$id`: a customer.
        case customer
        /// `$a` and `$b`: two customers.
        case pair
        /// `$id`: a supplier; there is one for 500 customers.
        case supplier
        /// `$s`: a text that names may contain.
        case text
    }

    let name: String
    let draw: Draw
    /// How many draws there are at most.
    let runs: Int
    let text: String

    /// Every query of the workload.
    static let all: [CRMQuery] = [
        CRMQuery(
            name: "lookup", draw: .customer, runs: 20_000,
            text: "MATCH (c:Customer {id: $id}) RETURN c.name"),
        CRMQuery(
            name: "hop1", draw: .customer, runs: 2_000,
            text: "MATCH (c:Customer {id: $id})-[:FRIEND]-(f:Customer) RETURN f.id"),
        CRMQuery(
            name: "timeline", draw: .customer, runs: 1_000,
            text: """
                MATCH (c:Customer {id: $id})-[:HAD]->(i:Interaction)-[:ON_CHANNEL]->(ch:Channel) \
                RETURN i.id, i.ts, ch.name, i.sentiment ORDER BY i.ts DESC, i.id LIMIT 10
                """),
        CRMQuery(
            name: "hop2", draw: .customer, runs: 500,
            text: """
                MATCH (c:Customer {id: $id})-[:FRIEND*1..2]-(f:Customer) WHERE f.id <> $id \
                RETURN count(DISTINCT f)
                """),
        CRMQuery(
            name: "hop3", draw: .customer, runs: 50,
            text: """
                MATCH (c:Customer {id: $id})-[:FRIEND*1..3]-(f:Customer) WHERE f.id <> $id \
                RETURN count(DISTINCT f)
                """),
        CRMQuery(
            name: "sp", draw: .pair, runs: 50,
            text: """
                MATCH (a:Customer {id: $a}), (b:Customer {id: $b}), \
                p = shortestPath((a)-[:FRIEND*]-(b)) RETURN length(p)
                """),
        CRMQuery(
            name: "reco", draw: .customer, runs: 100,
            text: """
                MATCH (me:Customer {id: $id})-[:PLACED]->(:Purchase)-[:HAS_LINE]->(m:Product) \
                WITH me, collect(DISTINCT m.id) AS mine \
                MATCH (me)-[:FRIEND]-(f:Customer)-[:PLACED]->(:Purchase)-[:HAS_LINE]->(p:Product) \
                WHERE NOT p.id IN mine \
                RETURN p.id, count(DISTINCT f) AS n ORDER BY n DESC, p.id LIMIT 10
                """),
        CRMQuery(
            name: "pattern", draw: .supplier, runs: 20,
            text: """
                MATCH (s:Supplier {id: $id})-[:SUPPLIES]->(:Product)<-[:HAS_LINE]-(o:Purchase)\
                <-[:PLACED]-(b:Customer) WHERE o.status = 'paid' AND o.month >= 202501 \
                WITH DISTINCT b MATCH (b)-[:FRIEND]-(e:Customer)-[:WORKS_AT]->(co:Company) \
                RETURN co.id, count(DISTINCT e) AS n ORDER BY n DESC, co.id LIMIT 10
                """),
        CRMQuery(
            name: "contains", draw: .text, runs: 10,
            text: "MATCH (c:Customer) WHERE c.name CONTAINS $s RETURN count(*)"),
        CRMQuery(
            name: "top20", draw: .nothing, runs: 7,
            text: """
                MATCH (c:Customer)-[:PLACED]->(o:Purchase) WITH c, sum(o.total_cents) AS s \
                RETURN c.id, s ORDER BY s DESC, c.id LIMIT 20
                """),
        CRMQuery(
            name: "revenue", draw: .nothing, runs: 7,
            text: """
                MATCH (c:Customer)-[:PLACED]->(o:Purchase) \
                RETURN c.country AS country, o.month AS month, sum(o.total_cents) AS rev \
                ORDER BY country, month
                """),
        CRMQuery(
            name: "rfm", draw: .nothing, runs: 7,
            text: """
                MATCH (c:Customer)-[:PLACED]->(o:Purchase) \
                WITH c, max(o.ts) AS r, count(o) AS f, sum(o.total_cents) AS m \
                RETURN count(*), sum(r), sum(f), sum(m)
                """),
        CRMQuery(
            name: "sentiment", draw: .nothing, runs: 7,
            text: """
                MATCH (i:Interaction)-[:ON_CHANNEL]->(ch:Channel) WHERE i.ts >= 1672531200 \
                RETURN ch.name, i.kind, count(*), \
                sum(CASE WHEN i.sentiment < 0 THEN 1 ELSE 0 END)
                """),
        CRMQuery(
            name: "triangles", draw: .nothing, runs: 3,
            text: """
                MATCH (a:Customer)-[:FRIEND]->(b:Customer)-[:FRIEND]->(c:Customer), \
                (a)-[:FRIEND]->(c) RETURN count(*)
                """),
    ]

    /// The parameters of `count` runs, always the same.
    func parameters(customerCount: UInt64, count: Int) -> [[String: Value]] {
        var random = Shuffled()
        func number(below bound: UInt64) -> Value { .integer(Int64(random.next() % max(bound, 1))) }
        return (0..<count).map { run in
            switch draw {
            case .nothing: [:]
            case .customer: ["id": number(below: customerCount)]
            case .pair: ["a": number(below: customerCount), "b": number(below: customerCount)]
            case .supplier: ["id": number(below: customerCount / 500)]
            case .text: ["s": .string(Self.texts[run % Self.texts.count])]
            }
        }
    }

    /// The texts that names are searched for.
    static let texts = [
        "berman", "Zan", "oska", "Sara B", "feldhoff", "q", "rezsen", "Chloe", "zzz", "arin",
    ]
}
