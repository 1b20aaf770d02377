import Kith

/// Makes the nodes of a demo graph and keeps their ids for the relationships.
struct DemoBuilder {
    let demo: DemoGraph
    let load: BulkLoad
    let euro: Currency
    var companyIDs: [UInt64] = []
    var supplierIDs: [UInt64] = []
    var productIDs: [UInt64] = []
    var priceInCents: [Int] = []
    var categoryIDs: [UInt64] = []
    var brandIDs: [UInt64] = []
    var channelIDs: [UInt64] = []
    var campaignIDs: [UInt64] = []
    var employeeIDs: [UInt64] = []
    var departmentIDs: [UInt64] = []
    var customerIDs: [UInt64] = []
    var orderIDs: [UInt64] = []
    var interactionIDs: [UInt64] = []

    init(_ demo: DemoGraph, _ load: BulkLoad) throws(GraphError) {
        self.demo = demo
        self.load = load
        guard let euro = Currency("EUR") else { throw .corrupt("the euro is no currency") }
        self.euro = euro
    }

    /// An amount in euros.
    func money(cents: Int) -> Value {
        let partsPerCent = Money.partsPerUnit / 100
        return .money(Money(parts: Int128(cents) * partsPerCent, currency: euro))
    }

    /// An instant in UTC.
    static func instant(_ seconds: Int) -> Value {
        .dateTime(
            ZonedDateTime(
                secondsSinceEpoch: Int64(seconds), nanosecond: 0, offsetInSeconds: 0, zone: nil))
    }

    /// Makes customers, orders and interactions.
    mutating func makeCustomers(
        onProgress: (Double) throws(GraphError) -> Void
    ) throws(GraphError) {
        let customers = try customerTable()
        let orders = try DemoNodes(
            load, labels: ["Order"],
            [
                ("id", .integers([])), ("at", .values([])), ("total", .values([])),
                ("sellingCost", .values([])), ("source", .noStrings),
            ])
        let interactions = try DemoNodes(
            load, labels: ["Interaction"],
            [
                ("id", .integers([])), ("at", .values([])), ("direction", .noStrings),
                ("purpose", .noStrings), ("text", .noStrings), ("rating", .values([])),
                ("selfService", .booleans([])),
            ])
        var orderCount = 0
        var interactionCount = 0
        for index in 0..<demo.customerCount {
            let person = demo.people.person(index)
            try append(person, index, to: customers)
            for order in DemoHistory.orders(
                of: index, person, productCount: demo.productCount, seed: demo.seed)
            {
                orderCount += 1
                let total = order.lines.reduce(0) { $0 + cents(of: $1) * $1.quantity }
                orders.columns[0].append(orderCount)
                orders.columns[1].append(Self.instant(order.time))
                orders.columns[2].append(money(cents: total))
                orders.columns[3].append(money(cents: 250 + total / 40))
                orders.columns[4].append(order.source)
                try orders.endRow()
            }
            for contact in DemoHistory.interactions(
                of: index, person, productCount: demo.productCount, seed: demo.seed)
            {
                interactionCount += 1
                interactions.columns[0].append(interactionCount)
                interactions.columns[1].append(Self.instant(contact.time))
                interactions.columns[2].append(contact.isIncoming ? "in" : "out")
                interactions.columns[3].append(contact.purpose)
                interactions.columns[4].append(contact.text)
                interactions.columns[5].append(contact.rating.map { .float($0) } ?? .null)
                interactions.columns[6].append(contact.isSelfService)
                try interactions.endRow()
            }
            if index % 1024 == 0 { try onProgress(Double(index) / Double(demo.customerCount)) }
        }
        try customers.flush()
        try orders.flush()
        try interactions.flush()
        customerIDs = customers.ids
        orderIDs = orders.ids
        interactionIDs = interactions.ids
    }

    /// The price of one piece on a line, after its discount, in cents.
    func cents(of line: DemoHistory.Line) -> Int {
        priceInCents[line.product] * (100 - line.discount) / 100
    }

    private func customerTable() throws(GraphError) -> DemoNodes {
        try DemoNodes(
            load, labels: ["Customer", "Person", "Party"],
            [
                ("id", .integers([])), ("kind", .noStrings), ("name", .noStrings),
                ("givenName", .noStrings), ("familyName", .noStrings), ("gender", .noStrings),
                ("birthDate", .dates([])), ("city", .noStrings), ("country", .noStrings),
                ("lang", .noStrings), ("email", .noStrings), ("phone", .noStrings),
                ("since", .dates([])), ("stage", .noStrings), ("tier", .noStrings),
                ("attitude", .floats([])), ("motive", .noStrings),
            ])
    }

    private func append(
        _ person: DemoPeople.Person, _ index: Int, to customers: DemoNodes
    ) throws(GraphError) {
        let mailName = person.givenName.latin + "." + person.familyName.latin
        customers.columns[0].append(index + 1)
        customers.columns[1].append("person")
        customers.columns[2].append(person.name)
        customers.columns[3].append(person.givenName.native)
        customers.columns[4].append(person.familyName.native)
        customers.columns[5].append(person.isFemale ? "female" : "male")
        customers.columns[6].append(day: person.birthDay)
        customers.columns[7].append(person.city)
        customers.columns[8].append(person.culture.country)
        customers.columns[9].append(person.culture.language)
        customers.columns[10].append("\(mailName.lowercased()).\(index + 1)@example.org")
        customers.columns[11].append("\(person.culture.callingCode) 555 \(100_000 + index)")
        customers.columns[12].append(day: person.sinceDay)
        customers.columns[13].append(person.stage)
        customers.columns[14].append(person.tier)
        customers.columns[15].append(person.attitude)
        customers.columns[16].append(person.motive)
        try customers.endRow()
    }
}
