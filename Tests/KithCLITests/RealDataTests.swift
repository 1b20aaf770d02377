import Kith
import KithGraph
import Testing

@testable import KithCLI

/// Imports of published data sets, with the check numbers that their notes give.
struct RealDataTests {
    static let northwind = """
        {"null": "NULL",
         "nodes": [
          {"file": "DATA/customers.csv", "labels": ["Customer"], "key": "customerID"},
          {"file": "DATA/suppliers.csv", "labels": ["Company", "Supplier"], "key": "supplierID"},
          {"file": "DATA/categories.csv", "labels": ["Category"], "key": "categoryID", "columns": {"picture": null}},
          {"file": "DATA/products.csv", "labels": ["Product"], "key": "productID",
           "columns": {"unitPrice": "money:USD"}},
          {"file": "DATA/employees.csv", "labels": ["Employee"], "key": "employeeID"},
          {"file": "DATA/shippers.csv", "labels": ["Shipper"], "key": "shipperID"},
          {"file": "DATA/regions.csv", "labels": ["Region"], "key": "regionID"},
          {"file": "DATA/territories.csv", "labels": ["Territory"], "key": "territoryID",
           "columns": {"territoryID": "string"}},
          {"file": "DATA/orders.csv", "labels": ["Order"], "key": "orderID",
           "columns": {"freight": "money:USD"}}
         ],
         "relationships": [
          {"file": "DATA/products.csv", "type": "SUPPLIED_BY",
           "from": {"column": "productID", "label": "Product"},
           "to": {"column": "supplierID", "label": "Supplier"}, "columns": {"*": null}},
          {"file": "DATA/products.csv", "type": "IN_CATEGORY",
           "from": {"column": "productID", "label": "Product"},
           "to": {"column": "categoryID", "label": "Category"}, "columns": {"*": null}},
          {"file": "DATA/orders.csv", "type": "PLACED",
           "from": {"column": "customerID", "label": "Customer"},
           "to": {"column": "orderID", "label": "Order"}, "columns": {"*": null}},
          {"file": "DATA/orders.csv", "type": "SOLD_BY",
           "from": {"column": "orderID", "label": "Order"},
           "to": {"column": "employeeID", "label": "Employee"}, "columns": {"*": null}},
          {"file": "DATA/orders.csv", "type": "SHIPPED_BY",
           "from": {"column": "orderID", "label": "Order"},
           "to": {"column": "shipVia", "label": "Shipper"}, "columns": {"*": null}},
          {"file": "DATA/order-details.csv", "type": "CONTAINS",
           "from": {"column": "orderID", "label": "Order"},
           "to": {"column": "productID", "label": "Product"},
           "columns": {"unitPrice": "money:USD", "discount": "float"}},
          {"file": "DATA/employees.csv", "type": "REPORTS_TO",
           "from": {"column": "employeeID", "label": "Employee"},
           "to": {"column": "reportsTo", "label": "Employee", "optional": true}, "columns": {"*": null}},
          {"file": "DATA/employee-territories.csv", "type": "WORKS_IN",
           "from": {"column": "employeeID", "label": "Employee"},
           "to": {"column": "territoryID", "label": "Territory"}},
          {"file": "DATA/territories.csv", "type": "IN_REGION",
           "from": {"column": "territoryID", "label": "Territory"},
           "to": {"column": "regionID", "label": "Region"}, "columns": {"*": null}}
         ]}
        """

    @Test("Northwind whole: every check number comes out to the last digit")
    func northwindWhole() throws {
        guard let folder = RealData.folder("northwind") else { return }
        let (database, summary) = try RealData.database(folder, manifest: Self.northwind)
        func rows(_ statement: String) throws -> [String] { try RealData.rows(database, statement) }
        let counts = Dictionary(
            uniqueKeysWithValues: summary.nodesByLabel.map { ($0.name, $0.count) })
        #expect(counts["Customer"] == 91)
        #expect(counts["Supplier"] == 29)
        #expect(counts["Product"] == 77)
        #expect(counts["Category"] == 8)
        #expect(counts["Order"] == 830)
        #expect(counts["Employee"] == 9)
        #expect(try rows("MATCH ()-[l:CONTAINS]->() RETURN count(l)") == ["2155"])
        let net = "sum(l.unitPrice * l.quantity * (1 - l.discount))"
        #expect(
            try rows("MATCH ()-[l:CONTAINS]->() RETURN \(net), sum(l.unitPrice * l.quantity)")
                == ["1265793.0395 USD | 1354458.59 USD"])
        #expect(
            try rows(
                """
                MATCH (c:Customer)-[:PLACED]->(:Order)-[l:CONTAINS]->() WITH c, \(net) AS sales
                RETURN c.customerID, sales ORDER BY sales DESC LIMIT 3
                """)
                == [
                    "QUICK | 110277.305 USD", "ERNSH | 104874.9785 USD", "SAVEA | 104361.95 USD",
                ])
        #expect(
            try rows(
                """
                MATCH (o:Order)-[:SOLD_BY]->(e:Employee), (o)-[l:CONTAINS]->()
                WITH e, \(net) AS sales RETURN e.lastName, sales ORDER BY sales DESC LIMIT 1
                """) == ["Peacock | 232890.846 USD"])
        #expect(
            try rows(
                """
                MATCH ()-[l:CONTAINS]->(:Product)-[:SUPPLIED_BY]->(s:Supplier)
                WITH s, \(net) AS sales RETURN s.companyName, sales ORDER BY sales DESC LIMIT 1
                """) == ["Aux joyeux ecclésiastiques | 153691.275 USD"])
        #expect(
            try rows(
                """
                MATCH (c:Customer) WHERE NOT (c)-[:PLACED]->() RETURN c.customerID ORDER BY c.customerID
                """) == ["FISSA", "PARIS"])
        #expect(
            try rows("MATCH (o:Order) WHERE o.shippedDate IS NULL RETURN count(*)") == ["21"])
        #expect(
            try rows("MATCH (o:Order) WHERE o.shippedDate > o.requiredDate RETURN count(*)")
                == ["37"])
        #expect(
            try rows(
                """
                MATCH (c:Customer)-[:PLACED]->()-[:CONTAINS]->()-[:SUPPLIED_BY]->(s)
                WITH DISTINCT c, s RETURN count(*)
                """) == ["1236"])
        #expect(try rows("MATCH (o:Order) RETURN sum(o.freight)") == ["64942.69 USD"])
        #expect(try rows("MATCH (e)-[:REPORTS_TO]->(m) RETURN count(*)") == ["8"])
    }

    @Test("Northwind's broken files are rejected with line and reason, and nothing is applied")
    func northwindRaw() throws {
        guard let folder = RealData.folder("northwind") else { return }
        let manifest = """
            {"null": "NULL", "nodes": [{"file": "DATA/orders.raw.csv", "labels": ["Order"], "key": "orderID"}]}
            """
        let error = #expect(throws: ImportError.self) {
            try RealData.database(folder, manifest: manifest)
        }
        #expect(error?.message == "the row has 15 fields instead of 14")
        #expect(error?.position?.line ?? 0 > 1)
        let (database, summary) = try RealData.database(folder, manifest: manifest) {
            $0.rejectedRowsMax = 1_000
        }
        #expect(summary.rejectedRows == 176)
        #expect(try RealData.rows(database, "MATCH (o:Order) RETURN count(*)") == ["654"])
    }

    @Test("CDNOW: customers and their purchases")
    func cdnow() throws {
        guard let folder = RealData.folder("cdnow") else { return }
        let database = try Database.inMemory()
        try database.execute("CREATE CONSTRAINT FOR (c:Customer) REQUIRE c.id IS UNIQUE")
        // A literal would bind the folder as a parameter, which is not wanted inside quotes.
        let load: String =
            """
            LOAD CSV WITH HEADERS FROM 'file://\(folder)/transactions.csv' AS row
            WITH row, date(row.date) AS day
            WITH row.customer_id AS id, count(*) AS purchases, sum(toInteger(row.number_of_cds)) AS cds,
                 sum(money(row.dollar_value, 'USD')) AS dollars,
                 sum(CASE WHEN toFloat(row.dollar_value) = 0 THEN 1 ELSE 0 END) AS free,
                 min(day) AS first, max(day) AS last
            CREATE (:Customer {id: id, purchases: purchases, cds: cds, dollars: dollars, free: free,
                               first: first, last: last})
            """
        try database.execute(Query(load))
        #expect(
            try RealData.rows(
                database,
                """
                MATCH (c:Customer) RETURN count(*), sum(c.purchases), sum(c.cds), sum(c.dollars), sum(c.free),
                       min(c.first), max(c.last)
                """)
                == ["23570 | 69659 | 167881 | 2500315.63 USD | 80 | 1997-01-01 | 1998-06-30"])
    }

    @Test("LastFM Asia: friends with countries")
    func lastfm() throws {
        guard let folder = RealData.folder("lastfm-asia") else { return }
        let (database, _) = try RealData.database(
            folder,
            manifest: """
                {"nodes": [{"file": "DATA/target.csv", "labels": ["User"], "key": "id"}],
                 "relationships": [{"file": "DATA/edges.csv", "type": "FRIEND",
                                    "from": {"label": "User"}, "to": {"label": "User"}}]}
                """)
        func rows(_ statement: String) throws -> [String] { try RealData.rows(database, statement) }
        #expect(
            try rows("MATCH (u:User) RETURN count(*), count(DISTINCT u.target)") == ["7624 | 18"])
        #expect(try rows("MATCH ()-[f:FRIEND]->() RETURN count(f)") == ["27806"])
        #expect(
            try rows(
                """
                MATCH (u:User) WITH u.target AS country, count(*) AS users
                RETURN country, users ORDER BY users DESC LIMIT 3
                """) == ["17 | 1572", "10 | 1303", "0 | 1098"])
        #expect(
            try rows(
                """
                MATCH (u:User)-[:FRIEND]-() WITH u, count(*) AS degree
                RETURN u.id, degree ORDER BY degree DESC LIMIT 1
                """) == ["7237 | 216"])
    }

    @Test("Facebook pages: likes, self-loops among them")
    func facebook() throws {
        guard let folder = RealData.folder("facebook-pages") else { return }
        let (database, summary) = try RealData.database(
            folder,
            manifest: """
                {"nodes": [{"file": "DATA/target.csv", "labels": ["Page"], "key": "id"}],
                 "relationships": [{"file": "DATA/edges.csv", "type": "LIKES",
                                    "from": {"label": "Page"}, "to": {"label": "Page"}}]}
                """)
        #expect(summary.nodes == 22_470)
        #expect(summary.relationships == 171_002)
        #expect(
            try RealData.rows(database, "MATCH (p)-[l:LIKES]->(p) RETURN count(l)") == ["179"])
    }

    @Test("Bitcoin OTC: ratings with exact times, users made of the ends of edges")
    func bitcoin() throws {
        guard let folder = RealData.folder("bitcoin-otc") else { return }
        let database = try Database.inMemory()
        try database.execute("CREATE CONSTRAINT FOR (u:User) REQUIRE u.id IS UNIQUE")
        let load: String =
            """
            LOAD CSV WITH HEADERS FROM '\(folder)/edges.csv' AS row
            UNWIND [row.source, row.target] AS id WITH DISTINCT toInteger(id) AS id CREATE (:User {id: id})
            """
        try database.execute(Query(load))
        let plan = try ImportPlan.fromSpecifications(
            nodes: [], relationships: ["RATES=\(folder)/edges.csv:User:User"])
        let summary = try GraphImporter(plan: plan, options: ImportOptions()).run(
            into: database.store)
        #expect(summary.relationships == 35_592)
        func rows(_ statement: String) throws -> [String] { try RealData.rows(database, statement) }
        #expect(try rows("MATCH (u:User) RETURN count(*)") == ["5881"])
        #expect(
            try rows("MATCH ()-[r:RATES]->() WHERE r.rating > 0 RETURN count(r)")
                == ["\(Int((0.89989 * 35_592).rounded()))"])
        #expect(
            try rows(
                "MATCH (:User {id: 610})-[r:RATES]->(:User {id: 977}) RETURN r.time = 1307526243.273450"
            )
                == ["true"])
    }

    @Test("CRM sales: a pipeline whose products are misspelt in part")
    func crmSales() throws {
        guard let folder = RealData.folder("crm-sales") else { return }
        let manifest = """
            {"nodes": [
              {"file": "DATA/accounts.csv", "labels": ["Account"], "key": "account"},
              {"file": "DATA/products.csv", "labels": ["Product"], "key": "product"},
              {"file": "DATA/sales_teams.csv", "labels": ["Agent"], "key": "sales_agent"},
              {"file": "DATA/sales_pipeline.csv", "labels": ["Opportunity"], "key": "opportunity_id",
               "columns": {"close_value": "money:USD"}}],
             "relationships": [
              {"file": "DATA/accounts.csv", "type": "SUBSIDIARY_OF", "from": {"column": "account", "label": "Account"},
               "to": {"column": "subsidiary_of", "label": "Account", "optional": true}, "columns": {"*": null}},
              {"file": "DATA/sales_pipeline.csv", "type": "WITH", "from": {"column": "opportunity_id", "label": "Opportunity"},
               "to": {"column": "account", "label": "Account", "optional": true}, "columns": {"*": null}},
              {"file": "DATA/sales_pipeline.csv", "type": "BY", "from": {"column": "opportunity_id", "label": "Opportunity"},
               "to": {"column": "sales_agent", "label": "Agent"}, "columns": {"*": null}},
              {"file": "DATA/sales_pipeline.csv", "type": "FOR", "from": {"column": "opportunity_id", "label": "Opportunity"},
               "to": {"column": "product", "label": "Product"}, "columns": {"*": null}}]}
            """
        #expect(throws: ImportError.self) { try RealData.database(folder, manifest: manifest) }
        let (database, summary) = try RealData.database(folder, manifest: manifest) {
            $0.rejectedRowsMax = 2_000
        }
        #expect(summary.rejectedRows == 1480)
        func rows(_ statement: String) throws -> [String] { try RealData.rows(database, statement) }
        #expect(
            try rows(
                "MATCH (o:Opportunity) RETURN o.deal_stage AS stage, count(*) AS n ORDER BY n DESC")
                == ["Won | 4238", "Lost | 2473", "Engaging | 1589", "Prospecting | 500"])
        #expect(
            try rows("MATCH (o:Opportunity {deal_stage: 'Won'}) RETURN sum(o.close_value)")
                == ["10005534.00 USD"])
        #expect(
            try rows("MATCH (o:Opportunity) WHERE NOT (o)-[:WITH]->() RETURN count(*)") == ["1425"])
        #expect(try rows("MATCH (:Account)-[:SUBSIDIARY_OF]->() RETURN count(*)") == ["15"])
        #expect(
            try rows(
                """
                MATCH (a:Agent)<-[:BY]-(o:Opportunity {deal_stage: 'Won'})
                WITH a, sum(o.close_value) AS won RETURN a.sales_agent, won ORDER BY won DESC LIMIT 1
                """) == ["Darcel Schlecht | 1153214.00 USD"])
    }

    @Test("Online Retail II: half a million lines, unpacked on the way")
    func onlineRetail() throws {
        guard let folder = RealData.folder("online-retail-ii") else { return }
        let (database, summary) = try RealData.database(
            folder,
            manifest: """
                {"nodes": [{"file": "DATA/online_retail_2009_2010.csv.gz", "labels": ["Line"],
                            "columns": {"Price": "money:GBP", "Customer ID": {"as": "customer"}}}]}
                """)
        #expect(summary.nodes == 525_461)
        let types = summary.columns.map { "\($0.header): \($0.type)" }
        #expect(
            types == [
                "Invoice: string", "StockCode: string", "Description: string", "Quantity: integer",
                "InvoiceDate: datetime", "Price: money:GBP", "Customer ID: integer",
                "Country: string",
            ])
        func rows(_ statement: String) throws -> [String] { try RealData.rows(database, statement) }
        #expect(
            try rows("MATCH (l:Line) RETURN sum(l.Quantity * l.Price)") == ["9539484.634 GBP"])
        #expect(
            try rows("MATCH (l:Line) WHERE l.customer IS NULL RETURN count(*)") == ["107927"])
        #expect(
            try rows(
                "MATCH (l:Line) RETURN count(DISTINCT l.StockCode), count(DISTINCT l.customer)")
                == ["4632 | 4383"])
    }

    @Test("Tehran exchange: names in Persian, as they were written")
    func tehran() throws {
        guard let folder = RealData.folder("tehran-exchange") else { return }
        let (database, summary) = try RealData.database(
            folder,
            manifest: """
                {"nodes": [{"file": "DATA/symbols.csv", "labels": ["Company"],
                            "columns": {"index": "string", "old": "string"}},
                           {"file": "DATA/indices.csv", "labels": ["Industry"], "key": "name"}]}
                """)
        #expect(summary.nodesByLabel.map(\.count) == [1394, 55])
        func rows(_ statement: String) throws -> [String] { try RealData.rows(database, statement) }
        #expect(
            try rows("MATCH (c:Company {symbol: 'آباد'}) RETURN c.name, c.isin, c.old")
                == ["توریستی ورفاهی آبادگران ایران | IRO1ABAD0001 | null"])
        #expect(
            try rows("MATCH (c:Company) WHERE c.name CONTAINS '\\t' RETURN count(*)") != ["0"])
    }
}
