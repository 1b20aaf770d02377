import Kith
import KithGraph
import Testing

/// What imports of real files refuse, infer and make of text.
@Suite("Imports of real data", .serialized)
struct RealDataImportTests {
    private func rows(_ database: Database, _ statement: String) throws -> [String] {
        try RealData.rows(of: statement, in: database)
    }

    @Test("rejects broken rows with line and reason, and applies nothing")
    func brokenRows() throws {
        guard RealData.isPresent("northwind") else { return }
        let manifest = """
            {"null": "NULL",
             "nodes": [{"file": "DATA/orders.raw.csv", "labels": ["Order"], "key": "orderID"}]}
            """
        let error = #expect(throws: ImportError.self) {
            try RealData.database("northwind", manifest: manifest)
        }
        #expect(error?.message == "the row has 15 fields instead of 14")
        #expect(error?.position?.line ?? 0 > 1)
        let (database, summary) = try RealData.database("northwind", manifest: manifest) {
            $0.rejectedRowsMax = 1_000
        }
        #expect(summary.rejectedRows == 176)
        #expect(try rows(database, "MATCH (o:Order) RETURN count(*)") == ["654"])
        #expect(try database.store.check().isEmpty)
    }

    @Test("rejects relationships to products that are misspelt")
    func misspeltKeys() throws {
        guard RealData.isPresent("crm-sales") else { return }
        let manifest = """
            {"nodes": [
              {"file": "DATA/accounts.csv", "labels": ["Account"], "key": "account"},
              {"file": "DATA/products.csv", "labels": ["Product"], "key": "product"},
              {"file": "DATA/sales_pipeline.csv", "labels": ["Opportunity"],
               "key": "opportunity_id", "columns": {"close_value": "money:USD"}}],
             "relationships": [
              {"file": "DATA/sales_pipeline.csv", "type": "WITH",
               "from": {"column": "opportunity_id", "label": "Opportunity"},
               "to": {"column": "account", "label": "Account", "optional": true},
               "columns": {"*": null}},
              {"file": "DATA/sales_pipeline.csv", "type": "FOR",
               "from": {"column": "opportunity_id", "label": "Opportunity"},
               "to": {"column": "product", "label": "Product"}, "columns": {"*": null}}]}
            """
        #expect(throws: ImportError.self) {
            try RealData.database("crm-sales", manifest: manifest)
        }
        let (database, summary) = try RealData.database("crm-sales", manifest: manifest) {
            $0.rejectedRowsMax = 2_000
        }
        #expect(summary.rejectedRows == 1480)
        #expect(
            try rows(
                database, "MATCH (o:Opportunity {deal_stage: 'Won'}) RETURN sum(o.close_value)")
                == ["10005534.00 USD"])
        #expect(
            try rows(database, "MATCH (o:Opportunity) WHERE NOT (o)-[:WITH]->() RETURN count(*)")
                == ["1425"])
        #expect(try database.store.check().isEmpty)
    }

    @Test("adds relationships to nodes that were there, with their exact times")
    func relationshipsOfKnownNodes() throws {
        guard RealData.isPresent("bitcoin-otc") else { return }
        let file = RealData.directory + "/bitcoin-otc/edges.csv"
        let database = try Database.inMemory()
        try database.execute("CREATE CONSTRAINT FOR (u:User) REQUIRE u.id IS UNIQUE")
        try database.execute(
            Query(
                """
                LOAD CSV WITH HEADERS FROM $file AS row
                UNWIND [row.source, row.target] AS id WITH DISTINCT toInteger(id) AS id
                CREATE (:User {id: id})
                """, ["file": file]))
        let plan = try ImportPlan.fromSpecifications(
            nodes: [], relationships: ["RATES=\(file):User:User"])
        let summary = try GraphImporter(plan: plan, options: ImportOptions()).run(
            into: database.store)
        #expect(summary.relationships == 35_592)
        #expect(try rows(database, "MATCH (u:User) RETURN count(*)") == ["5881"])
        #expect(
            try rows(
                database,
                "MATCH (:User {id: 610})-[r:RATES]->(:User {id: 977}) "
                    + "RETURN r.time = 1307526243.273450")
                == ["true"])
        #expect(try database.store.check().isEmpty)
    }

    @Test("adds up purchases by customer with LOAD CSV")
    func purchasesByCustomer() throws {
        guard RealData.isPresent("cdnow") else { return }
        let file = RealData.directory + "/cdnow/transactions.csv"
        let database = try Database.inMemory()
        try database.execute("CREATE CONSTRAINT FOR (c:Customer) REQUIRE c.id IS UNIQUE")
        try database.execute(
            Query(
                """
                LOAD CSV WITH HEADERS FROM $file AS row
                WITH row, date(row.date) AS day
                WITH row.customer_id AS id, count(*) AS purchases,
                     sum(toInteger(row.number_of_cds)) AS cds,
                     sum(money(row.dollar_value, 'USD')) AS dollars,
                     sum(CASE WHEN toFloat(row.dollar_value) = 0 THEN 1 ELSE 0 END) AS free,
                     min(day) AS first, max(day) AS last
                CREATE (:Customer {id: id, purchases: purchases, cds: cds, dollars: dollars,
                                   free: free, first: first, last: last})
                """, ["file": file]))
        #expect(
            try rows(
                database,
                """
                MATCH (c:Customer)
                RETURN count(*), sum(c.purchases), sum(c.cds), sum(c.dollars), sum(c.free),
                       min(c.first), max(c.last)
                """)
                == ["23570 | 69659 | 167881 | 2500315.63 USD | 80 | 1997-01-01 | 1998-06-30"])
    }

    @Test("keeps names in Persian as they were written")
    func persianNames() throws {
        guard RealData.isPresent("tehran-exchange") else { return }
        let (database, summary) = try RealData.database(
            "tehran-exchange",
            manifest: """
                {"nodes": [{"file": "DATA/symbols.csv", "labels": ["Company"],
                            "columns": {"index": "string", "old": "string"}},
                           {"file": "DATA/indices.csv", "labels": ["Industry"], "key": "name"}]}
                """)
        #expect(summary.nodesByLabel.map(\.count) == [1394, 55])
        #expect(
            try rows(database, "MATCH (c:Company {symbol: 'آباد'}) RETURN c.name, c.isin, c.old")
                == ["توریستی ورفاهی آبادگران ایران | IRO1ABAD0001 | null"])
    }
}
