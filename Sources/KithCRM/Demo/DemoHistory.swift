/// What one customer bought and said, all from a seed.
struct DemoHistory {
    /// One line of an order.
    struct Line {
        let product: Int
        let quantity: Int
        /// In percent.
        let discount: Int
    }

    /// One order.
    struct Order {
        /// Seconds since 1970.
        let time: Int
        let lines: [Line]
        let source: String
    }

    /// One contact.
    struct Interaction {
        /// Seconds since 1970.
        let time: Int
        let channel: Int
        let isIncoming: Bool
        let purpose: String
        let text: String
        /// 0 to 5; nil where none was given.
        let rating: Double?
        let isSelfService: Bool
        /// What it was about; nil for nothing in particular.
        let product: Int?
    }

    private static let secondsPerDay = 86_400

    /// The orders of a customer, oldest first.
    static func orders(
        of index: Int, _ person: DemoPeople.Person, productCount: Int, seed: UInt64
    ) -> [Order] {
        var random = DemoRandom(.orders, index, seed: seed)
        var orders: [Order] = []
        // Tastes: a customer keeps to a few products and adds others now and then.
        let favourites = (0..<3).map { _ in random.skewed(productCount, power: 1.8) }
        var day = Double(person.sinceDay)
        let ordersMax = 60
        while orders.count < ordersMax {
            guard day <= Double(person.lastActiveDay) else { break }
            var lines: [Line] = []
            for _ in 0..<(1 + random.skewed(5, power: 1.7)) {
                let product =
                    random.chance(0.45)
                    ? random.pick(favourites) : random.skewed(productCount, power: 1.4)
                guard !lines.contains(where: { $0.product == product }) else { continue }
                lines.append(
                    Line(
                        product: product, quantity: 1 + random.skewed(6, power: 2.2),
                        discount: random.chance(0.25) ? 5 * random.within(1...5) : 0))
            }
            let hour = random.within(7...22)
            orders.append(
                Order(
                    time: Int(day) * secondsPerDay + hour * 3600 + random.below(3600),
                    lines: lines, source: random.pick(["web", "web", "store", "phone", "app"])))
            day += max(1, random.exponential(mean: person.meanGapInDays))
        }
        return orders
    }

    /// The contacts of a customer, oldest first.
    static func interactions(
        of index: Int, _ person: DemoPeople.Person, productCount: Int, seed: UInt64
    ) -> [Interaction] {
        var random = DemoRandom(.interactions, index, seed: seed)
        let span = max(1, DemoPeople.today - person.sinceDay)
        let mean = 3 + Double(span) / 150
        let count = min(80, Int(random.exponential(mean: mean)) + 1)
        var days = (0..<count).map { _ in person.sinceDay + random.below(span) }
        days.sort()
        return days.map { day in
            let isIncoming = random.chance(0.62)
            let kind = random.skewed(3, power: 1.2)
            let purpose = isIncoming ? ["inquiry", "complaint", "thanks"][kind] : "advice"
            var rating: Double?
            if isIncoming, random.chance(0.3) {
                rating = Double(kind == 1 ? random.within(0...2) : random.within(3...5))
            }
            let channel = random.skewed(DemoMarket.channels.count, power: 1.5)
            return Interaction(
                time: day * secondsPerDay + random.below(secondsPerDay), channel: channel,
                isIncoming: isIncoming, purpose: purpose, text: person.culture.phrases[kind],
                rating: rating, isSelfService: channel == 0 || channel == 6,
                product: random.chance(0.35) ? random.skewed(productCount, power: 1.4) : nil)
        }
    }
}
