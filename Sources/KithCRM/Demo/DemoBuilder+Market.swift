import Kith

extension DemoBuilder {
    /// Makes everything but customers and what they did.
    mutating func makeMarket() throws(GraphError) {
        try makeCompanies()
        try makeProducts()
        try makeFirm()
        try makeCampaigns()
    }

    private mutating func makeCompanies() throws(GraphError) {
        let properties: [(name: String, column: DemoColumn)] = [
            ("id", .integers([])), ("name", .noStrings), ("sector", .noStrings),
            ("size", .integers([])), ("revenue", .values([])), ("founded", .integers([])),
            ("country", .noStrings),
        ]
        let companies = try DemoNodes(load, labels: ["Company", "Party"], properties)
        let suppliers = try DemoNodes(
            load, labels: ["Company", "Party", "Supplier"],
            properties + [("since", .dates([])), ("reliability", .floats([]))])
        for index in 0..<(demo.companyCount + demo.supplierCount) {
            var random = DemoRandom(.company, index, seed: demo.seed)
            let isSupplier = index >= demo.companyCount
            let table = isSupplier ? suppliers : companies
            let size = Int(min(40_000, random.pareto(minimum: 4, shape: 0.8)))
            let stem = random.pick(DemoMarket.companyStems)
            let kind =
                isSupplier ? "Trading" : random.pick(["Works", "Group", "Partners", "Services"])
            table.columns[0].append(index + 1)
            table.columns[1].append(
                "\(stem) \(kind) \(random.pick(DemoMarket.companyForms)) \(index + 1)")
            table.columns[2].append(isSupplier ? "Wholesale" : random.pick(DemoMarket.sectors))
            table.columns[3].append(size)
            table.columns[4].append(money(cents: size * random.within(6_000_000...19_000_000)))
            table.columns[5].append(random.within(1900...2024))
            table.columns[6].append(random.pick(DemoCulture.all).country)
            if isSupplier {
                table.columns[7].append(day: DemoPeople.today - random.within(200...4_000))
                table.columns[8].append(Double(random.within(70...100)) / 100)
            }
            try table.endRow()
        }
        try companies.flush()
        try suppliers.flush()
        companyIDs = companies.ids
        supplierIDs = suppliers.ids
    }

    private mutating func makeProducts() throws(GraphError) {
        categoryIDs = try named("Category", DemoMarket.categories.map(\.name))
        brandIDs = try named("Brand", DemoMarket.brands)
        let products = try DemoNodes(
            load, labels: ["Product"],
            [
                ("id", .integers([])), ("name", .noStrings), ("price", .values([])),
                ("unitCost", .values([])), ("capacity", .integers([])),
                ("discontinued", .booleans([])),
            ])
        for index in 0..<demo.productCount {
            var random = DemoRandom(.product, index, seed: demo.seed)
            let category = DemoMarket.categories[productCategory(index)]
            let price = max(
                199, category.priceInCents * random.within(40...220) / 100 / 100 * 100 + 95)
            let series = index / 400
            let name =
                "\(random.pick(DemoMarket.adjectives)) \(random.pick(category.goods))"
                + (series > 0 ? " \(series + 1)" : "")
            priceInCents.append(price)
            products.columns[0].append(index + 1)
            products.columns[1].append(name)
            products.columns[2].append(money(cents: price))
            products.columns[3].append(money(cents: price * random.within(35...70) / 100))
            products.columns[4].append(random.within(10...500) * 10)
            products.columns[5].append(random.chance(0.05))
            try products.endRow()
        }
        try products.flush()
        productIDs = products.ids
    }

    /// The category of a product.
    func productCategory(_ index: Int) -> Int {
        var random = DemoRandom(.product, index, seed: demo.seed ^ 0xC47E)
        return random.below(DemoMarket.categories.count)
    }

    private func named(_ label: String, _ names: [String]) throws(GraphError) -> [UInt64] {
        let table = try DemoNodes(load, labels: [label], [("name", .noStrings)])
        for name in names {
            table.columns[0].append(name)
            try table.endRow()
        }
        try table.flush()
        return table.ids
    }

    private mutating func makeFirm() throws(GraphError) {
        let channels = try DemoNodes(
            load, labels: ["Channel"],
            [("name", .noStrings), ("kind", .noStrings), ("unitCost", .values([]))])
        for channel in DemoMarket.channels {
            channels.columns[0].append(channel.name)
            channels.columns[1].append(channel.kind)
            channels.columns[2].append(money(cents: channel.costInCents))
            try channels.endRow()
        }
        try channels.flush()
        channelIDs = channels.ids
        let departments = try DemoNodes(
            load, labels: ["Department"],
            [("name", .noStrings), ("customerFacing", .booleans([]))])
        for (index, name) in DemoMarket.departments.enumerated() {
            departments.columns[0].append(name)
            departments.columns[1].append(index < 3)
            try departments.endRow()
        }
        try departments.flush()
        departmentIDs = departments.ids
        let employees = try DemoNodes(
            load, labels: ["Employee", "Party"],
            [
                ("id", .integers([])), ("name", .noStrings), ("title", .noStrings),
                ("hired", .dates([])),
            ])
        for index in 0..<demo.employeeCount {
            var random = DemoRandom(.work, index, seed: demo.seed)
            let culture = random.pick(DemoCulture.all)
            let given = random.pick(random.chance(0.5) ? culture.female : culture.male)
            let family = random.pick(culture.family)
            employees.columns[0].append(index + 1)
            employees.columns[1].append(
                culture.familyNameFirst
                    ? family.native + given.native : given.native + " " + family.native)
            employees.columns[2].append(DemoMarket.titles[index % DemoMarket.titles.count])
            employees.columns[3].append(day: DemoPeople.today - random.within(60...5_000))
            try employees.endRow()
        }
        try employees.flush()
        employeeIDs = employees.ids
    }

    private mutating func makeCampaigns() throws(GraphError) {
        let campaigns = try DemoNodes(
            load, labels: ["Campaign"],
            [
                ("id", .integers([])), ("name", .noStrings), ("start", .dates([])),
                ("end", .dates([])), ("cost", .values([])), ("strategy", .noStrings),
            ])
        for index in 0..<demo.campaignCount {
            let campaign = campaign(index)
            campaigns.columns[0].append(index + 1)
            campaigns.columns[1].append(campaign.name)
            campaigns.columns[2].append(day: campaign.startDay)
            campaigns.columns[3].append(day: campaign.startDay + campaign.lengthInDays)
            campaigns.columns[4].append(money(cents: campaign.costInCents))
            campaigns.columns[5].append(campaign.strategy)
            try campaigns.endRow()
        }
        try campaigns.flush()
        campaignIDs = campaigns.ids
    }

    /// What is known of a campaign.
    struct Campaign {
        let name: String
        let startDay: Int
        let lengthInDays: Int
        let costInCents: Int
        let strategy: String
        let channel: Int
    }

    /// The campaign with this number, the same at every call.
    func campaign(_ index: Int) -> Campaign {
        var random = DemoRandom(.campaigns, index, seed: demo.seed)
        let step = (DemoPeople.historyInDays - 60) / demo.campaignCount
        let start = DemoPeople.today - DemoPeople.historyInDays + 30 + index * step
        let theme = DemoMarket.campaignThemes[index % DemoMarket.campaignThemes.count]
        return Campaign(
            name: "\(theme) \(index + 1)", startDay: start, lengthInDays: random.within(7...45),
            costInCents: random.within(50...900) * 10_000,
            strategy: random.pick(DemoMarket.strategies),
            channel: random.below(DemoMarket.channels.count))
    }
}
