import Glibc

/// The system's time-zone files, read when a zone is first used.
///
/// Packagers compile the files with more or with less history before 1970: a zone that agrees with
/// a neighbour since then has its own older times in one system and the neighbour's in another. So
/// that results do not depend on the system, zones that `zone1970.tab` leaves out take their rules
/// from the zone that it lists for the same country, where both agree since 1970.
public final class TimeZoneDatabase: Sendable {
    /// The files that come with the operating system.
    public static let system = TimeZoneDatabase(directory: "/usr/share/zoneinfo")

    private let directory: String
    private let cache = Guarded<[ZoneName: TimeZoneRules]>([:])

    /// The files under `directory`.
    public init(directory: String) {
        self.directory = directory
    }

    /// The rules of a zone.
    ///
    /// - Throws: ``ValueError`` when there are no time-zone files, or none for this zone.
    public func rules(for zone: ZoneName) throws(ValueError) -> TimeZoneRules {
        if let known = cache.withLock({ $0[zone] }) { return known }
        let name = zone.text
        guard let own = load(name) else { throw missing() }
        let rules = successor(of: name, own) ?? own
        cache.withLock { $0[zone] = rules }
        return rules
    }

    /// The zone with a name.
    ///
    /// - Throws: ``ValueError`` when there are no time-zone files, or none for this name.
    public func zone(named text: String) throws(ValueError) -> ZoneName {
        if let known = ZoneName(known: text), cache.withLock({ $0[known] != nil }) { return known }
        // Looked for before the name gets a number, so that numbers go to real zones only.
        guard load(text) != nil, let zone = ZoneName(text) else { throw missing() }
        _ = try rules(for: zone)
        return zone
    }

    private func missing() -> ValueError {
        guard access(directory, R_OK) == 0 else {
            return .invalidArgument(
                "named time zones need the system's time-zone files in \(directory), which are not "
                    + "there; install the package tzdata")
        }
        return .invalidArgument("the system's time-zone files have no time zone of that name")
    }

    private func load(_ name: String) -> TimeZoneRules? {
        guard ZoneName.isPlausible(name), let bytes = readFile(directory + "/" + name) else {
            return nil
        }
        return TimeZoneFile.parse(bytes)
    }

    /// The rules that replace those of a zone that `zone1970.tab` leaves out.
    private func successor(of name: String, _ own: TimeZoneRules) -> TimeZoneRules? {
        let current = table("zone1970.tab")
        guard !current.isEmpty, !current.contains(where: { $0.zone == name }),
            let country = table("zone.tab").first(where: { $0.zone == name })?.countries.first
        else { return nil }
        for row in current where row.countries.contains(country) {
            if let rules = load(row.zone), Self.agreeSince1970(rules, own) { return rules }
        }
        return nil
    }

    private static func agreeSince1970(_ left: TimeZoneRules, _ right: TimeZoneRules) -> Bool {
        func recent(_ rules: TimeZoneRules) -> [Int64: Int32] {
            var offset = rules.offset(at: 0)
            var changes: [Int64: Int32] = [0: offset]
            for (instant, next) in zip(rules.transitions, rules.offsets)
            where instant > 0 && next != offset {
                changes[instant] = next
                offset = next
            }
            return changes
        }
        return left.footer == right.footer && recent(left) == recent(right)
    }

    /// The rows of a table of zones: countries and zone.
    private func table(_ name: String) -> [(countries: [String], zone: String)] {
        guard let bytes = readFile(directory + "/" + name) else { return [] }
        var rows: [(countries: [String], zone: String)] = []
        for line in bytes.split(separator: 0x0A) where line.first != UInt8(ascii: "#") {
            let fields = line.split(separator: 0x09, omittingEmptySubsequences: false)
            guard fields.count >= 3 else { continue }
            let countries = fields[0].split(separator: UInt8(ascii: ","))
                .map { String(decoding: $0, as: UTF8.self) }
            rows.append((countries, String(decoding: fields[2], as: UTF8.self)))
        }
        return rows
    }

    /// The bytes of a file of at most 4 MiB; nil when it cannot be read.
    private func readFile(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= 4 << 20 {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += buffer[0..<count]
        }
        return nil
    }
}
