/// Customers and the communities that they live in, all from a seed.
struct DemoPeople {
    /// What is known of one customer.
    struct Person {
        let givenName: DemoCulture.Name
        let familyName: DemoCulture.Name
        let isFemale: Bool
        let culture: DemoCulture
        let city: String
        let birthDay: Int
        /// Days since 1970 of becoming a customer.
        let sinceDay: Int
        /// The last day on which the customer may buy.
        let lastActiveDay: Int
        /// Mean days between orders.
        let meanGapInDays: Double
        let stage: String
        let tier: String
        let attitude: Double
        let motive: String

        var name: String {
            culture.familyNameFirst
                ? familyName.native + givenName.native
                : givenName.native + " " + familyName.native
        }
    }

    /// 2026-06-30, the demo's today, so that its graph is the same on every day.
    static let today = 20_634
    /// How far back the firm's history goes.
    static let historyInDays = 1_400

    let count: Int
    let seed: UInt64
    /// The first customer of each community; the next one's is its end.
    let communityStarts: [Int]
    private let communityOf: [UInt32]

    init(count: Int, seed: UInt64) {
        self.count = count
        self.seed = seed
        var starts: [Int] = []
        var of: [UInt32] = []
        of.reserveCapacity(count)
        var random = DemoRandom(.community, 0, seed: seed)
        let largest = Double(max(12, count / 12))
        while of.count < count {
            let size = Int(min(largest, random.pareto(minimum: 10, shape: 1.25)))
            let number = UInt32(starts.count)
            starts.append(of.count)
            for _ in 0..<min(size, count - of.count) { of.append(number) }
        }
        communityStarts = starts
        communityOf = of
    }

    /// The customers of the community that customer `index` belongs to.
    func community(of index: Int) -> Range<Int> {
        let number = Int(communityOf[index])
        let end = number + 1 < communityStarts.count ? communityStarts[number + 1] : count
        return communityStarts[number]..<end
    }

    /// The customer with this number, the same at every call.
    func person(_ index: Int) -> Person {
        var home = DemoRandom(.community, 1 + Int(communityOf[index]), seed: seed)
        let homeCulture = DemoCulture.all[home.skewed(DemoCulture.all.count, power: 1.5)]
        let homeCity = home.pick(homeCulture.cities)
        var random = DemoRandom(.customer, index, seed: seed)
        let isLocal = random.chance(0.88)
        let culture =
            isLocal
            ? homeCulture : DemoCulture.all[random.skewed(DemoCulture.all.count, power: 1.5)]
        let city = isLocal && random.chance(0.7) ? homeCity : random.pick(culture.cities)
        let isFemale = random.chance(0.51)
        let since = Self.today - Self.historyInDays + random.below(Self.historyInDays - 20)
        let hasLeft = random.chance(0.22)
        let lastActive = hasLeft ? since + random.below(max(1, Self.today - since)) : Self.today
        let meanGap = min(900, random.pareto(minimum: 45, shape: 1.3))
        let tier = meanGap < 60 ? 3 : meanGap < 90 ? 2 : meanGap < 180 ? 1 : 0
        let idle = Self.today - lastActive
        return Person(
            givenName: random.pick(isFemale ? culture.female : culture.male),
            familyName: random.pick(culture.family), isFemale: isFemale, culture: culture,
            city: city, birthDay: Self.today - random.within(18...84) * 365 - random.below(365),
            sinceDay: since, lastActiveDay: lastActive, meanGapInDays: meanGap,
            stage: idle > 365
                ? "former"
                : idle > 120
                    ? "at risk"
                    : since > Self.today - 90
                        ? "new" : "active",
            tier: DemoMarket.tiers[tier],
            attitude: Double(random.within(-40...100)) / 100,
            motive: random.pick(DemoMarket.motives))
    }

    /// Every friendship once, from the lower to the higher number, ascending: few friends for most,
    /// very many for some, mostly within the community.
    func friendships() -> [(from: Int, to: Int)] {
        var pairs: [UInt64] = []
        pairs.reserveCapacity(count * 8)
        let degreeMax = Double(max(12, min(count / 10, 2_000)))
        for index in 0..<count {
            var random = DemoRandom(.friends, index, seed: seed)
            let degree = min(degreeMax, random.pareto(minimum: 4.2, shape: 1.55))
            let home = community(of: index)
            for _ in 0..<Int((degree / 2).rounded(.up)) {
                let isNear = home.count > 2 && random.chance(0.86)
                let range = isNear ? home : 0..<count
                let other = range.lowerBound + random.skewed(range.count, power: 1.6)
                guard other != index else { continue }
                pairs.append(UInt64(min(index, other)) << 32 | UInt64(max(index, other)))
            }
        }
        pairs.sort()
        var friendships: [(from: Int, to: Int)] = []
        friendships.reserveCapacity(pairs.count)
        var last = UInt64.max
        for pair in pairs where pair != last {
            last = pair
            friendships.append((Int(pair >> 32), Int(pair & 0xFFFF_FFFF)))
        }
        return friendships
    }
}
