import Kith

extension DemoBuilder {
    /// FRIEND.
    func connectFriends() throws(GraphError) {
        let friends = try DemoEdges(
            load, type: "FRIEND",
            [("since", .dates([])), ("known", .booleans([])), ("strength", .floats([]))])
        for pair in demo.people.friendships() {
            var random = DemoRandom(.friends, pair.from &* 31 &+ pair.to, seed: ~demo.seed)
            friends.columns[0].append(day: DemoPeople.today - random.within(30...4_000))
            friends.columns[1].append(random.chance(0.8))
            friends.columns[2].append(Double(random.within(5...100)) / 100)
            try friends.append(from: customerIDs[pair.from], to: customerIDs[pair.to])
        }
        try friends.flush()
    }

    /// What ties companies, suppliers, products and the firm together.
    func connectMarket() throws(GraphError) {
        let supplies = try DemoEdges(
            load, type: "SUPPLIES", [("price", .values([])), ("leadTime", .values([]))])
        let inCategory = try DemoEdges(load, type: "IN_CATEGORY")
        let ofBrand = try DemoEdges(load, type: "OF_BRAND")
        for index in productIDs.indices {
            var random = DemoRandom(.product, index, seed: ~demo.seed)
            try inCategory.append(
                from: productIDs[index], to: categoryIDs[productCategory(index)])
            try ofBrand.append(
                from: productIDs[index], to: brandIDs[random.skewed(brandIDs.count, power: 1.3)])
            let first = random.skewed(supplierIDs.count, power: 1.3)
            let second = random.chance(0.3) ? random.below(supplierIDs.count) : first
            for supplier in Set([first, second]).sorted() {
                supplies.columns[0].append(
                    money(cents: priceInCents[index] * random.within(30...65) / 100))
                supplies.columns[1].append(Self.days(random.within(2...40)))
                try supplies.append(from: supplierIDs[supplier], to: productIDs[index])
            }
        }
        let buysFrom = try DemoEdges(load, type: "BUYS_FROM")
        for index in companyIDs.indices {
            var random = DemoRandom(.company, index, seed: ~demo.seed)
            var chosen: Set<Int> = []
            for _ in 0..<random.below(4) {
                chosen.insert(random.skewed(supplierIDs.count, power: 1.4))
            }
            for supplier in chosen.sorted() {
                try buysFrom.append(from: companyIDs[index], to: supplierIDs[supplier])
            }
        }
        let worksIn = try DemoEdges(load, type: "WORKS_IN")
        for index in employeeIDs.indices {
            try worksIn.append(
                from: employeeIDs[index], to: departmentIDs[index % departmentIDs.count])
        }
        for edges in [supplies, inCategory, ofBrand, buysFrom, worksIn] { try edges.flush() }
    }

    private static func days(_ count: Int) -> Value {
        .duration(CalendarDuration(months: 0, days: Int64(count), seconds: 0, nanosecond: 0))
    }

    /// What ties customers to companies, employees, orders, contacts and campaigns.
    func connectCustomers(onProgress: (Double) throws(GraphError) -> Void) throws(GraphError) {
        let edges = try CustomerEdges(load)
        var nextOrder = 0
        var nextContact = 0
        for index in 0..<demo.customerCount {
            let person = demo.people.person(index)
            try connectWork(index, person, edges)
            let orders = DemoHistory.orders(
                of: index, person, productCount: demo.productCount, seed: demo.seed)
            try connect(orders, firstOrder: nextOrder, customer: index, edges)
            nextOrder += orders.count
            let contacts = DemoHistory.interactions(
                of: index, person, productCount: demo.productCount, seed: demo.seed)
            try connect(contacts, firstContact: nextContact, customer: index, edges)
            nextContact += contacts.count
            try connectCampaigns(index, person, edges)
            if index % 1024 == 0 { try onProgress(Double(index) / Double(demo.customerCount)) }
        }
        try edges.flush()
    }

    private func connectWork(
        _ index: Int, _ person: DemoPeople.Person, _ edges: CustomerEdges
    ) throws(GraphError) {
        var random = DemoRandom(.work, index, seed: ~demo.seed)
        if random.chance(0.72) {
            let start = DemoPeople.today - random.within(30...6_000)
            edges.worksFor.columns[0].append(random.pick(DemoMarket.jobTitles))
            edges.worksFor.columns[1].append(day: start)
            try edges.worksFor.append(
                from: customerIDs[index],
                to: companyIDs[random.skewed(companyIDs.count, power: 1.6)])
        }
        try edges.ownedBy.append(
            from: customerIDs[index], to: employeeIDs[random.below(employeeIDs.count)])
    }

    private func connect(
        _ orders: [DemoHistory.Order], firstOrder: Int, customer: Int, _ edges: CustomerEdges
    ) throws(GraphError) {
        for (offset, order) in orders.enumerated() {
            let id = orderIDs[firstOrder + offset]
            try edges.placed.append(from: customerIDs[customer], to: id)
            for line in order.lines {
                edges.contains.columns[0].append(line.quantity)
                edges.contains.columns[1].append(money(cents: cents(of: line)))
                edges.contains.columns[2].append(Double(line.discount) / 100)
                try edges.contains.append(from: id, to: productIDs[line.product])
            }
            if offset > 0 {
                let gap = (order.time - orders[offset - 1].time) / 86_400
                edges.nextPurchase.columns[0].append(Self.days(gap))
                try edges.nextPurchase.append(from: orderIDs[firstOrder + offset - 1], to: id)
            }
        }
    }

    private func connect(
        _ contacts: [DemoHistory.Interaction], firstContact: Int, customer: Int,
        _ edges: CustomerEdges
    ) throws(GraphError) {
        for (offset, contact) in contacts.enumerated() {
            let id = interactionIDs[firstContact + offset]
            try edges.tookPart.append(from: customerIDs[customer], to: id)
            try edges.via.append(from: id, to: channelIDs[contact.channel])
            if let product = contact.product {
                try edges.about.append(from: id, to: productIDs[product])
            }
            if !contact.isSelfService {
                let employee = (customer &* 7 &+ offset) % employeeIDs.count
                try edges.handledBy.append(from: id, to: employeeIDs[employee])
            }
        }
    }

    private func connectCampaigns(
        _ index: Int, _ person: DemoPeople.Person, _ edges: CustomerEdges
    ) throws(GraphError) {
        var random = DemoRandom(.campaigns, index, seed: ~demo.seed)
        for number in 0..<min(campaignIDs.count, 1 + random.below(4)) {
            let chosen = (number * 7 + random.below(campaignIDs.count)) % campaignIDs.count
            let campaign = campaign(chosen)
            guard campaign.startDay > person.sinceDay else { continue }
            let at =
                (campaign.startDay + random.below(campaign.lengthInDays)) * 86_400
                + random.below(86_400)
            let channel = DemoMarket.channels[campaign.channel]
            edges.touched.columns[0].append(Self.instant(at))
            edges.touched.columns[1].append(channel.name)
            edges.touched.columns[2].append(money(cents: channel.costInCents))
            try edges.touched.append(from: customerIDs[index], to: campaignIDs[chosen])
            guard random.chance(0.3 + 0.2 * person.attitude) else { continue }
            edges.responded.columns[0].append(
                random.pick(["open", "open", "click", "reply", "buy"]))
            edges.responded.columns[1].append(Self.instant(at + random.within(600...400_000)))
            try edges.responded.append(from: customerIDs[index], to: campaignIDs[chosen])
        }
    }
}

/// The relationships that begin at customers and what they did.
final class CustomerEdges {
    let worksFor: DemoEdges
    let ownedBy: DemoEdges
    let placed: DemoEdges
    let contains: DemoEdges
    let nextPurchase: DemoEdges
    let tookPart: DemoEdges
    let via: DemoEdges
    let about: DemoEdges
    let handledBy: DemoEdges
    let touched: DemoEdges
    let responded: DemoEdges

    init(_ load: BulkLoad) throws(GraphError) {
        worksFor = try DemoEdges(
            load, type: "WORKS_FOR", [("title", .noStrings), ("from", .dates([]))])
        ownedBy = try DemoEdges(load, type: "OWNED_BY")
        placed = try DemoEdges(load, type: "PLACED")
        contains = try DemoEdges(
            load, type: "CONTAINS",
            [("quantity", .integers([])), ("price", .values([])), ("discount", .floats([]))])
        nextPurchase = try DemoEdges(load, type: "NEXT_PURCHASE", [("gap", .values([]))])
        tookPart = try DemoEdges(load, type: "TOOK_PART")
        via = try DemoEdges(load, type: "VIA")
        about = try DemoEdges(load, type: "ABOUT")
        handledBy = try DemoEdges(load, type: "HANDLED_BY")
        touched = try DemoEdges(
            load, type: "TOUCHED",
            [("at", .values([])), ("channel", .noStrings), ("cost", .values([]))])
        responded = try DemoEdges(
            load, type: "RESPONDED", [("kind", .noStrings), ("at", .values([]))])
    }

    /// Hands over what is left of all.
    func flush() throws(GraphError) {
        let all = [
            worksFor, ownedBy, placed, contains, nextPurchase, tookPart, via, about, handledBy,
            touched, responded,
        ]
        for edges in all { try edges.flush() }
    }
}
