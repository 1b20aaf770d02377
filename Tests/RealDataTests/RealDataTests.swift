import Glibc
import Kith
import KithGraph
import KithValues
import Testing

/// Real data sets are imported into files, and their published numbers must come out exactly.
///
/// The data lies beside the package, in `../shared/data`; without it each test says so and passes.
@Suite("Real data", .serialized)
struct RealDataTests {
    @Test("gives its published numbers, at once and after reopening", arguments: RealDataSet.all)
    func importAndCheck(_ set: RealDataSet) throws {
        guard RealData.isPresent(set.name) else { return }
        try RealData.withDatabaseFile(set.name) { path in
            let database = try Database.open(path)
            let summary = try RealData.importManifest(set.name, into: database)
            #expect(summary.rejectedRows == 0)
            try RealData.expect(set.checks, in: database)
            try database.close()
            let reopened = try Database.open(path)
            try RealData.expect(set.checks, in: reopened)
            #expect(try reopened.store.check().isEmpty)
            try reopened.close()
        }
    }

    @Test("imports half a million rows of a shop, and gives its published numbers from the file")
    func importShop() throws {
        let set = RealDataSet.onlineRetail
        guard RealData.isPresent(set.name) else { return }
        try RealData.withDatabaseFile(set.name) { path in
            let database = try Database.open(path)
            let summary = try RealData.importManifest(set.name, into: database)
            #expect(summary.rejectedRows == 0)
            try database.close()
            let reopened = try Database.open(path)
            try RealData.expect(set.checks, in: reopened)
            try reopened.close()
        }
    }

    @Test(
        "checks the file of half a million rows, and infers their types",
        .enabled(if: getenv("KITH_HEAVY") != nil))
    func importHeavy() throws {
        try importAndCheck(RealDataSet.onlineRetail)
        guard RealData.isPresent("online-retail-ii") else { return }
        let (database, summary) = try RealData.database(
            "online-retail-ii",
            manifest: """
                {"nodes": [{"file": "DATA/online_retail_2009_2010.csv.gz", "labels": ["Line"],
                            "columns": {"Price": "money:GBP", "Customer ID": {"as": "customer"}}}]}
                """)
        #expect(
            summary.columns.map { "\($0.header): \($0.type)" } == [
                "Invoice: string", "StockCode: string", "Description: string", "Quantity: integer",
                "InvoiceDate: datetime", "Price: money:GBP", "Customer ID: integer",
                "Country: string",
            ])
        let total = try RealData.rows(
            of: "MATCH (l:Line) RETURN count(*), sum(l.Quantity * l.Price)", in: database)
        #expect(total == ["525461 | 9539484.634 GBP"])
    }

    @Test("rejects a second import of the same keys and stays as it was")
    func secondImportChangesNothing() throws {
        guard RealData.isPresent("northwind") else { return }
        try RealData.withDatabaseFile("northwind") { path in
            let database = try Database.open(path)
            try RealData.importManifest("northwind", into: database)
            #expect(throws: ImportError.self) {
                try RealData.importManifest("northwind", into: database)
            }
            try RealData.expect(RealDataSet.northwind.checks, in: database)
            #expect(try database.store.check().isEmpty)
            try database.close()
        }
    }

    @Test("loads ratings of the web of trust with LOAD CSV")
    func bitcoinRatings() throws {
        guard RealData.isPresent("bitcoin-otc") else { return }
        let file = RealData.directory + "/bitcoin-otc/edges.csv"
        let database = try Database.inMemory()
        try database.execute(Query("CREATE INDEX FOR (t:Trader) ON (t.id)"))
        try database.execute(
            Query(
                """
                LOAD CSV WITH HEADERS FROM $file AS row
                UNWIND [row.source, row.target] AS id
                WITH DISTINCT toInteger(id) AS id
                CREATE (:Trader {id: id})
                """, ["file": file]))
        try database.execute(
            Query(
                """
                LOAD CSV WITH HEADERS FROM $file AS row
                MATCH (a:Trader {id: toInteger(row.source)}), (b:Trader {id: toInteger(row.target)})
                CREATE (a)-[:RATES {rating: toInteger(row.rating), time: toFloat(row.time)}]->(b)
                """, ["file": file]))
        try RealData.expect(
            [
                RealDataSet.Check("MATCH (t:Trader) RETURN count(*)", "5881"),
                RealDataSet.Check(
                    """
                    MATCH ()-[r:RATES]->()
                    RETURN count(r), count(CASE WHEN r.rating > 0 THEN 1 END),
                           toString(date(datetime({epochSeconds: toInteger(min(r.time))}))),
                           toString(date(datetime({epochSeconds: toInteger(max(r.time))})))
                    """,
                    "35592 | 32029 | 2010-11-08 | 2016-01-25"),
                RealDataSet.Check(
                    """
                    MATCH (a:Trader)-[:RATES]->(b) WHERE EXISTS { (b)-[:RATES]->(a) }
                    RETURN count(*)
                    """,
                    "28200"),
            ], in: database)
    }
}
