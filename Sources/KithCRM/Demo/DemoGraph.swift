import Kith

/// Start here: a believable customer graph of any size, the same on every run.
///
/// Customers live in communities of one language and city each (`DemoPeople`), befriend each other
/// with heavy-tailed degrees, work for companies, buy and write (`DemoHistory`) what a firm sells over
/// its channels (`DemoMarket`). Names and notes come in ten scripts (`DemoCultures`). Everything is
/// made from a seed and a number, so nodes and relationships can be made in separate passes without
/// keeping the histories in memory.
public struct DemoGraph: Sendable {
    /// How many customers there are; everything else grows with them.
    public let customerCount: Int
    /// What all randomness is made of.
    public let seed: UInt64

    let people: DemoPeople
    let companyCount: Int
    let supplierCount: Int
    let productCount: Int
    let campaignCount: Int
    let employeeCount: Int

    /// Lays out a graph; nothing of size is made yet.
    public init(customerCount: Int, seed: UInt64 = 20_260_630) {
        let count = max(10, customerCount)
        self.customerCount = count
        self.seed = seed
        people = DemoPeople(count: count, seed: seed)
        companyCount = max(20, count / 50)
        supplierCount = max(8, count / 500)
        productCount = max(60, min(20_000, count / 50))
        campaignCount = max(8, min(200, count / 1000))
        employeeCount = max(10, count / 250)
    }

    /// Loads the graph into an empty database.
    ///
    /// - Parameters:
    ///   - load: A load that has just begun; the caller finishes it.
    ///   - onProgress: Gets the phase and the part of the work that is done, from 0 to 1; false stops.
    /// - Throws: ``GraphError``, which is `cancelled` after `onProgress` returned false.
    public func fill(
        _ load: BulkLoad, onProgress: (String, Double) -> Bool = { _, _ in true }
    ) throws(GraphError) {
        try declareSchema(load)
        var builder = try DemoBuilder(self, load)
        func step(_ phase: String, _ part: Double) throws(GraphError) {
            guard onProgress(phase, part) else { throw .cancelled }
        }
        try step("companies and products", 0)
        try builder.makeMarket()
        try builder.makeCustomers { part throws(GraphError) in
            try step("customers, orders, interactions", 0.02 + 0.48 * part)
        }
        try step("friendships", 0.5)
        try builder.connectFriends()
        try builder.connectMarket()
        try builder.connectCustomers { part throws(GraphError) in
            try step("orders and contacts", 0.6 + 0.4 * part)
        }
    }

    private func declareSchema(_ load: BulkLoad) throws(GraphError) {
        try load.writer.beginStatement()
        for key in CRMSchema.keys {
            try load.writer.createConstraint(
                name: nil, kind: .unique, entity: .node,
                token: try load.writer.label(key.label).rawValue,
                properties: [try load.writer.propertyKey(key.property)])
        }
        for index in CRMSchema.indexes {
            try load.writer.createIndex(
                name: nil, entity: .node, token: try load.writer.label(index.label).rawValue,
                properties: [try load.writer.propertyKey(index.property)])
        }
        try load.writer.endStatement()
    }
}
