import Testing

/// A published data set, how it is imported, and what queries on it must give.
struct RealDataSet: Sendable, CustomTestStringConvertible {
    /// A query and its rows, the values of a row joined by ` | `.
    struct Check: Sendable {
        let query: String
        let rows: [String]

        init(_ query: String, _ rows: String...) {
            self.query = query
            self.rows = rows
        }
    }

    let name: String
    let checks: [Check]

    var testDescription: String { name }

    static let all = [
        northwind, cdnow, lastFM, facebookPages, crmSales, tehranExchange,
    ]

    /// Half a million rows; imported once in each run, and more often where `KITH_HEAVY` is set.
    static let onlineRetail = RealDataSet(
        name: "online-retail-ii",
        checks: [
            Check(
                """
                MATCH (l:Line)
                RETURN count(*), count(DISTINCT l.Invoice), count(DISTINCT l.StockCode),
                       count(DISTINCT l.customer), count(CASE WHEN l.customer IS NULL THEN 1 END),
                       count(DISTINCT l.Country), toString(min(l.InvoiceDate)),
                       toString(max(l.InvoiceDate)), sum(l.Price * l.Quantity),
                       count(CASE WHEN l.Quantity < 0 THEN 1 END),
                       count(CASE WHEN l.Invoice STARTS WITH 'C' THEN 1 END)
                """,
                "525461 | 28816 | 4632 | 4383 | 107927 | 40 | 2009-12-01T07:45 | "
                    + "2010-12-09T20:01 | 9539484.634 GBP | 12326 | 10206"),
            Check(
                """
                MATCH (l:Line)
                WHERE l.customer IS NOT NULL AND NOT l.Invoice STARTS WITH 'C'
                  AND l.Quantity > 0 AND l.Price > money(0, 'GBP')
                RETURN count(*), count(DISTINCT l.customer), count(DISTINCT l.Invoice),
                       sum(l.Price * l.Quantity)
                """,
                "407664 | 4312 | 19213 | 8832003.274 GBP"),
        ])

    static let northwind = RealDataSet(
        name: "northwind",
        checks: [
            Check(
                """
                MATCH (n) UNWIND labels(n) AS label
                RETURN label, count(*) AS nodes ORDER BY label
                """,
                "Category | 8", "Customer | 91", "Employee | 9", "Order | 830", "Product | 77",
                "Region | 4", "Shipper | 3", "Supplier | 29", "Territory | 53"),
            Check(
                """
                MATCH (:Order)-[c:CONTAINS]->(:Product)
                RETURN count(*), sum(c.unitPrice * c.quantity * (1 - c.discount)),
                       sum(c.unitPrice * c.quantity)
                """,
                "2155 | 1265793.0395 USD | 1354458.59 USD"),
            Check(
                """
                MATCH (k:Customer)-[:PLACED]->(:Order)-[c:CONTAINS]->()
                RETURN k.customerID, sum(c.unitPrice * c.quantity * (1 - c.discount)) AS net
                ORDER BY net DESC LIMIT 3
                """,
                "QUICK | 110277.305 USD", "ERNSH | 104874.9785 USD", "SAVEA | 104361.95 USD"),
            Check(
                """
                MATCH (e:Employee)-[:SOLD]->(:Order)-[c:CONTAINS]->()
                RETURN e.employeeID, e.lastName,
                       sum(c.unitPrice * c.quantity * (1 - c.discount)) AS net
                ORDER BY net DESC LIMIT 1
                """,
                "4 | Peacock | 232890.846 USD"),
            Check(
                """
                MATCH (p:Product)<-[c:CONTAINS]-()
                RETURN p.productName, sum(c.unitPrice * c.quantity * (1 - c.discount)) AS net
                ORDER BY net DESC LIMIT 1
                """,
                "Côte de Blaye | 141396.735 USD"),
            Check(
                """
                MATCH (s:Supplier)-[:SUPPLIES]->()<-[c:CONTAINS]-()
                RETURN s.companyName, sum(c.unitPrice * c.quantity * (1 - c.discount)) AS net
                ORDER BY net DESC LIMIT 1
                """,
                "Aux joyeux ecclésiastiques | 153691.275 USD"),
            Check(
                """
                MATCH (k:Customer) WHERE NOT EXISTS { (k)-[:PLACED]->() }
                RETURN k.customerID AS id ORDER BY id
                """,
                "FISSA", "PARIS"),
            Check(
                """
                MATCH (o:Order)
                RETURN count(CASE WHEN o.shippedDate IS NULL THEN 1 END),
                       count(CASE WHEN o.shippedDate > o.requiredDate THEN 1 END), sum(o.freight)
                """,
                "21 | 37 | 64942.69 USD"),
            Check(
                """
                MATCH (k:Customer)-[:PLACED]->()-[:CONTAINS]->()<-[:SUPPLIES]-(s:Supplier)
                WITH DISTINCT k, s RETURN count(*)
                """,
                "1236"),
            Check(
                """
                MATCH (a:Product)<-[:CONTAINS]-(o)-[:CONTAINS]->(b:Product)
                WHERE a.productID < b.productID
                RETURN a.productID, b.productID, count(o) AS orders ORDER BY orders DESC LIMIT 1
                """,
                "21 | 61 | 8"),
        ])

    static let cdnow = RealDataSet(
        name: "cdnow",
        checks: [
            Check(
                """
                MATCH (p:Purchase)
                RETURN count(DISTINCT p.customer_id), count(*), toString(min(p.date)),
                       toString(max(p.date)), sum(p.number_of_cds), sum(p.dollar_value)
                """,
                "23570 | 69659 | 1997-01-01 | 1998-06-30 | 167881 | 2500315.63 USD"),
            Check(
                "MATCH (p:Purchase) WHERE p.dollar_value = money(0, 'USD') RETURN count(*)", "80"),
            Check(
                """
                MATCH (p:SamplePurchase)
                WITH p.customer_id AS customer, collect(DISTINCT p.date) AS days
                WITH size([day IN days WHERE day <= date('1997-09-30')]) - 1 AS repeats,
                     size([day IN days WHERE day > date('1997-09-30')]) AS later
                RETURN count(*), sum(repeats), sum(later), count(CASE WHEN repeats > 0 THEN 1 END)
                """,
                "2357 | 2457 | 1882 | 946"),
        ])

    static let lastFM = RealDataSet(
        name: "lastfm-asia",
        checks: [
            Check(
                """
                MATCH (u:User)
                RETURN u.target AS country, count(*) AS users ORDER BY users DESC LIMIT 3
                """,
                "17 | 1572", "10 | 1303", "0 | 1098"),
            Check("MATCH (u:User) RETURN count(*), count(DISTINCT u.target)", "7624 | 18"),
            Check("MATCH ()-[f:FRIEND]->() RETURN count(f)", "27806"),
            Check(
                """
                MATCH (u:User)-[:FRIEND]-()
                RETURN u.id, count(*) AS degree ORDER BY degree DESC LIMIT 1
                """,
                "7237 | 216"),
            Check(
                """
                MATCH (a:User)-[:FRIEND]-(b)-[:FRIEND]-(c)-[:FRIEND]-(a)
                WHERE a.id < b.id AND b.id < c.id RETURN count(*)
                """,
                "40433"),
        ])

    static let facebookPages = RealDataSet(
        name: "facebook-pages",
        checks: [
            Check(
                "MATCH (p:Page) RETURN p.target AS kind, count(*) AS pages ORDER BY kind",
                "0 | 6495", "1 | 3327", "2 | 5768", "3 | 6880"),
            Check("MATCH ()-[l:LIKES]->() RETURN count(l)", "171002"),
            Check("MATCH (p:Page)-[:LIKES]->(p) RETURN count(*)", "179"),
        ])

    static let crmSales = RealDataSet(
        name: "crm-sales",
        checks: [
            Check(
                """
                MATCH (n) UNWIND labels(n) AS label
                RETURN label, count(*) AS nodes ORDER BY label
                """,
                "Account | 85", "Agent | 35", "Opportunity | 8800", "Product | 7"),
            Check("MATCH (:Account)-[s:SUBSIDIARY_OF]->(:Account) RETURN count(s)", "15"),
            Check(
                """
                MATCH (o:Opportunity)
                RETURN o.deal_stage, count(*) AS deals ORDER BY deals DESC
                """,
                "Won | 4238", "Lost | 2473", "Engaging | 1589", "Prospecting | 500"),
            Check(
                "MATCH (o:Opportunity {deal_stage: 'Won'}) RETURN sum(o.close_value)", "10005534"),
            Check(
                "MATCH (o:Opportunity) WHERE NOT EXISTS { (o)-[:WITH]->() } RETURN count(*)", "1425"
            ),
            Check(
                """
                MATCH (o:Opportunity {deal_stage: 'Won'})-[:WITH]->(a:Account)
                RETURN a.account, sum(o.close_value) AS won ORDER BY won DESC LIMIT 2
                """,
                "Kan-code | 341455", "Konex | 269245"),
            Check(
                """
                MATCH (a:Agent)-[:OWNS]->(o:Opportunity {deal_stage: 'Won'})
                RETURN a.sales_agent, sum(o.close_value) AS won ORDER BY won DESC LIMIT 1
                """,
                "Darcel Schlecht | 1153214"),
            Check(
                """
                MATCH (o:Opportunity {deal_stage: 'Won'})
                RETURN toInteger(round(10000 * avg(
                    duration.inDays(o.engage_date, o.close_date).days)))
                """,
                "517820"),
            Check("MATCH (o:Opportunity {product: 'GTXPro'}) RETURN count(*)", "1480"),
        ])

    static let tehranExchange = RealDataSet(
        name: "tehran-exchange",
        checks: [
            Check("MATCH (i:Index) RETURN count(*)", "55"),
            Check(
                #"""
                MATCH (s:Symbol)
                RETURN count(*), count(DISTINCT s.name),
                       count(CASE WHEN s.name CONTAINS '\t' THEN 1 END)
                """#,
                "1394 | 1393 | 3"),
        ])
}
