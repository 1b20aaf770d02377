/// Where a customer of the demo graph is at home: names, cities and language.
struct DemoCulture: Sendable {
    /// A name in its own script and in Latin letters.
    struct Name: Sendable {
        let native: String
        let latin: String
    }

    let country: String
    let language: String
    let callingCode: String
    let cities: [String]
    let female: [Name]
    let male: [Name]
    let family: [Name]
    /// Whether the family name stands first.
    let familyNameFirst: Bool
    /// What customers write, by purpose; the first is an inquiry, then a complaint, then thanks.
    let phrases: [String]

    init(
        _ country: String, _ language: String, _ callingCode: String, cities: String,
        female: String, male: String, family: String, familyNameFirst: Bool = false,
        phrases: [String]
    ) {
        self.country = country
        self.language = language
        self.callingCode = callingCode
        self.cities = cities.split(separator: " ").map {
            $0.split(separator: "_").joined(separator: " ")
        }
        self.female = Self.names(female)
        self.male = Self.names(male)
        self.family = Self.names(family)
        self.familyNameFirst = familyNameFirst
        self.phrases = phrases
    }

    /// Names apart by spaces, each `native|latin`, or just `latin`.
    private static func names(_ text: String) -> [Name] {
        text.split(separator: " ").map { entry in
            let parts = entry.split(separator: "|").map(String.init)
            return Name(native: parts[0], latin: parts[parts.count - 1])
        }
    }
}
