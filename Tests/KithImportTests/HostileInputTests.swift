import Testing

@testable import KithGraph

/// Whatever the bytes are, an import gives an ``ImportError`` or a graph; it never traps or hangs.
struct HostileInputTests {
    let directory = TemporaryDirectory()

    static let pieces: [[UInt8]] = [
        Array("a".utf8), Array("1".utf8), Array(",".utf8), Array("\"".utf8), Array("\"\"".utf8),
        Array("\n".utf8), Array("\r\n".utf8), Array("\r".utf8), [0xFF], [0xC3], [0xE2, 0x82], [0],
        Array("-9223372036854775808".utf8), Array("1e999".utf8), Array("2024-02-30".utf8),
        Array("2024-02-29T25:00".utf8), Array("id,name,v\n".utf8), Array(";".utf8),
        Array("سلام".utf8), Array("{\"$type\":\"Date\"}".utf8), [0xFE, 0xFF], [0xEF, 0xBB, 0xBF],
        Array("P1Y".utf8), Array("12.50 EUR".utf8), Array(" ".utf8), Array("\t".utf8),
    ]

    func bytes(_ random: inout SplitMix, pieces count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<random.below(count) { bytes += Self.pieces[random.below(Self.pieces.count)] }
        return bytes
    }

    @Test("files of any bytes")
    func files() throws {
        let types: [ColumnType] = [
            .integer, .float, .boolean, .string, .date, .localTime, .time, .localDateTime,
            .dateTime,
            .duration, .money(currency: "EUR"), .money(currency: nil), .value,
            .list(of: .integer, separator: UInt8(ascii: ";")),
        ]
        for seed in UInt64(1)...250 {
            var random = SplitMix(state: seed)
            let header = random.below(3) == 0 ? [] : Array("id,name,v\n".utf8)
            let path = directory.write("f.csv", header + bytes(&random, pieces: 60))
            var format = DelimitedFormat()
            format.hasHeader = random.below(4) != 0
            if random.below(4) == 0 { format.quote = nil }
            if random.below(5) == 0 { format.nullText = "a" }
            if random.below(4) == 0 {
                format.encoding = TextEncoding.allCases[random.below(TextEncoding.allCases.count)]
            }
            var options = ImportOptions(format: format)
            options.rejectedRowsMax = random.below(2) * 1_000
            options.threadCount = 1 + random.below(3)
            options.isDryRun = random.below(2) == 0
            var columns: [ColumnRule] = []
            if random.below(2) == 0 {
                columns = [
                    ColumnRule(header: "v", content: .typed(types[random.below(types.count)]))
                ]
            }
            let key: String? = random.below(2) == 0 ? "id" : nil
            let plan = ImportPlan(
                nodes: [NodeFile(path: path, labels: ["N"], key: key, columns: columns)],
                relationships: random.below(3) == 0
                    ? [
                        RelationshipFile(
                            path: path, type: "R", from: RelationshipFile.End(label: "N"),
                            to: RelationshipFile.End(label: "N"))
                    ] : [])
            let store = try GraphStore.inMemory()
            do {
                try GraphImporter(plan: plan, options: options).run(into: store)
                if options.isDryRun { #expect(try store.beginRead().nodeCount == 0) }
            } catch is ImportError {
                #expect(try store.beginRead().nodeCount == 0, "seed \(seed)")
            }
            do {
                let reader = try DelimitedReader(location: path, format: format)
                while try reader.nextRow() != nil {}
            } catch {}
        }
    }

    @Test("manifests of any bytes")
    func manifests() throws {
        let whole = Array(ImportRunTests.people.utf8)
        for seed in UInt64(1)...400 {
            var random = SplitMix(state: seed)
            var text = whole
            for _ in 0...random.below(6) {
                let at = random.below(text.count)
                switch random.below(3) {
                case 0: text.remove(at: at)
                case 1: text[at] = UInt8(random.below(256))
                default:
                    text.insert(contentsOf: Self.pieces[random.below(Self.pieces.count)], at: at)
                }
            }
            let path = directory.write("m.json", text)
            do {
                _ = try ImportPlan.fromManifest(atPath: path)
            } catch {}
        }
        #expect(throws: ImportError.self) {
            try ImportPlan.fromManifest(
                atPath: directory.write("deep.json", String(repeating: "[", count: 100_000)))
        }
    }
}
