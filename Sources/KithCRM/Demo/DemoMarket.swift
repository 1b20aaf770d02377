/// What the demo's firm sells, over which channels and by whom: the parts that do not grow with each
/// customer.
enum DemoMarket {
    /// A category with the words that its products' names are made of.
    struct Category {
        let name: String
        let goods: [String]
        /// The usual price in cents.
        let priceInCents: Int
    }

    static let categories: [Category] = [
        Category(
            name: "Coffee & Tea",
            goods: ["Espresso", "Assam Tea", "Green Tea", "Filter Coffee", "Rooibos", "Cocoa"],
            priceInCents: 900),
        Category(
            name: "Kitchen",
            goods: ["Pan", "Teapot", "Kettle", "Knife", "Samovar", "Mortar", "Whisk"],
            priceInCents: 3_900),
        Category(
            name: "Books", goods: ["Cookbook", "Atlas", "Novel", "Poems", "Diary", "Grammar"],
            priceInCents: 1_900),
        Category(
            name: "Garden", goods: ["Watering Can", "Rake", "Seed Box", "Lantern", "Bench"],
            priceInCents: 4_500),
        Category(
            name: "Textiles", goods: ["Rug", "Blanket", "Scarf", "Kilim", "Cushion", "Curtain"],
            priceInCents: 7_900),
        Category(
            name: "Lighting", goods: ["Desk Lamp", "Candle", "Chandelier", "Night Light"],
            priceInCents: 5_900),
        Category(
            name: "Music", goods: ["Tanbur", "Guitar", "Flute", "Drum", "Metronome"],
            priceInCents: 18_900),
        Category(
            name: "Toys", goods: ["Puzzle", "Kite", "Train", "Blocks", "Doll", "Spinning Top"],
            priceInCents: 2_400),
        Category(
            name: "Office", goods: ["Fountain Pen", "Notebook", "Folder", "Desk Pad", "Ink"],
            priceInCents: 1_500),
        Category(
            name: "Electronics", goods: ["Radio", "Headphones", "Keyboard", "Camera", "Charger"],
            priceInCents: 12_900),
        Category(
            name: "Sports", goods: ["Backpack", "Bicycle Bell", "Tent", "Yoga Mat", "Chess Set"],
            priceInCents: 6_900),
        Category(
            name: "Care", goods: ["Soap", "Rose Water", "Brush", "Towel", "Balm"],
            priceInCents: 1_200),
    ]

    static let adjectives = [
        "Classic", "Little", "Grand", "Blue", "Copper", "Walnut", "Travel", "Silent", "Northern",
        "Saffron", "Royal", "Folding", "Morning", "Velvet", "Amber", "Silver",
    ]

    static let brands = [
        "Aster", "Bahar", "Corvina", "Dorna", "Elmwood", "Fjord", "Golestan", "Halcyon", "Iris",
        "Juniper", "Kaveh & Sons", "Lumen", "Mirador", "Noor", "Orchid", "Pardis", "Quill",
        "Rosalind", "Simorgh", "Taiga", "Umbra", "Vega", "Willow", "Zephyr",
    ]

    static let sectors = [
        "Retail", "Manufacturing", "Software", "Logistics", "Healthcare", "Education", "Energy",
        "Hospitality", "Banking", "Agriculture",
    ]

    static let companyStems = [
        "Alborz", "Baltic", "Cedar", "Danube", "Evergreen", "Falcon", "Granite", "Harbour",
        "Indigo",
        "Jasmine", "Karun", "Lighthouse", "Meridian", "Nordwind", "Olive", "Pioneer", "Quartz",
        "Rhine", "Sahand", "Tamarind", "Union", "Vistula", "Westend", "Yarrow", "Zagros",
    ]

    static let companyForms = ["GmbH", "Ltd", "SARL", "AG", "S.A.", "Co", "Oy", "B.V."]

    /// Name, kind and cost of a contact in cents.
    static let channels: [(name: String, kind: String, costInCents: Int)] = [
        ("Web shop", "web", 2), ("E-mail", "email", 1), ("Hotline", "phone", 450),
        ("Store", "store", 600), ("Letter", "post", 120), ("SMS", "sms", 8),
        ("Community forum", "community", 4), ("Blog", "blog", 3), ("Podcast", "podcast", 5),
        ("Social network", "social", 6),
    ]

    static let departments = ["Sales", "Service", "Marketing", "Purchasing", "Finance"]
    static let titles = [
        "Account manager", "Service agent", "Campaign manager", "Buyer", "Controller",
    ]
    static let campaignThemes = [
        "Spring", "Nowruz", "Summer", "Back to school", "Harvest", "Black Friday", "Yalda",
        "New Year", "Welcome back", "Refer a friend",
    ]
    static let strategies = ["acquisition", "retention", "cross-sell", "win-back"]
    static let jobTitles = [
        "staff", "team lead", "manager", "engineer", "assistant", "director", "owner", "trainee",
    ]
    static let tiers = ["bronze", "silver", "gold", "platinum"]
    static let motives = ["price", "quality", "habit", "recommendation", "novelty"]
}
