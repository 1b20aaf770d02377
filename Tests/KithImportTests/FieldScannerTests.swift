import Testing

@testable import KithGraph

struct FieldScannerTests {
    let directory = TemporaryDirectory()

    /// Every field and flaw of a file, cut into blocks of about `blockLength` bytes.
    func read(_ path: String, blockLength: Int, fieldCount: Int?) throws -> [String] {
        let reader = try BlockReader(
            path: path, format: DelimitedFormat(hasHeader: false), blockLength: blockLength)
        let block = TextBlock(capacity: blockLength)
        let table = FieldTable()
        let quote = UInt8(ascii: "\"")
        let scanner = FieldScanner(
            delimiter: UInt8(ascii: ","), quote: quote, fieldCount: fieldCount)
        var found: [String] = []
        while try reader.next(into: block) {
            scanner.scan(block, into: table)
            var flaw = 0
            for row in 0...table.rowCount {
                while flaw < table.flawedRows.count, table.flawedRows[flaw].rowsBefore == row {
                    let flawed = table.flawedRows[flaw]
                    found.append("\(flawed.flaw)")
                    flaw += 1
                }
                guard row < table.rowCount else { break }
                let first = fieldCount.map { $0 * row } ?? (row == 0 ? 0 : table.rowEnds[row - 1])
                let last = fieldCount.map { first + $0 } ?? table.rowEnds[row]
                let fields = (first..<last).map { index in
                    let field = table.fields[index]
                    let text = FieldText.string(field, base: block.base, quote: quote) ?? "?"
                    return field.isEmptyAndUnquoted ? "-" : "<\(text)>"
                }
                found.append(fields.joined(separator: " "))
            }
        }
        return found
    }

    @Test("finds the same rows however a file is cut into blocks")
    func blocks() throws {
        for seed in UInt64(1)...60 {
            var random = SplitMix(state: seed)
            var text = ""
            for _ in 0..<random.below(120) {
                let pieces = ["a", "b", "\"", "\"\"", ",", "\n", "\r\n", "é", "\"x\"", "\"x,\n\""]
                text += pieces[random.below(pieces.count)]
            }
            let path = directory.write("r\(seed).csv", text)
            let whole = try read(path, blockLength: 1 << 16, fieldCount: nil)
            let wholeOfTwo = try read(path, blockLength: 1 << 16, fieldCount: 2)
            for blockLength in [1, 3, 7, 32] {
                #expect(
                    try read(path, blockLength: blockLength, fieldCount: nil) == whole,
                    "seed \(seed), blocks of \(blockLength)")
                #expect(
                    try read(path, blockLength: blockLength, fieldCount: 2) == wholeOfTwo,
                    "seed \(seed), blocks of \(blockLength)")
            }
        }
    }

    @Test("agrees with a reader that goes byte by byte")
    func reference() throws {
        for seed in UInt64(100)...160 {
            var random = SplitMix(state: seed)
            var rows: [[String?]] = []
            var text = ""
            for _ in 0..<(1 + random.below(200)) {
                var row: [String?] = []
                for column in 0..<3 {
                    let choices: [String?] = [
                        nil, "", "x", "long field with text", "a,b", "q\"q", "l\nm",
                    ]
                    let value = choices[random.below(choices.count)]
                    if column > 0 { text += "," }
                    row.append(value)
                    guard let value else { continue }
                    let mustQuote = value.isEmpty || value.contains { ",\"\n".contains($0) }
                    text +=
                        mustQuote || random.below(4) == 0
                        ? "\""
                            + value.split(separator: "\"", omittingEmptySubsequences: false)
                            .joined(separator: "\"\"") + "\"" : value
                }
                rows.append(row)
                text += random.below(2) == 0 ? "\n" : "\r\n"
            }
            let expected = rows.map { row in
                row.map { $0.map { "<\($0)>" } ?? "-" }.joined(separator: " ")
            }
            let path = directory.write("s\(seed).csv", text)
            #expect(try read(path, blockLength: 64, fieldCount: 3) == expected, "seed \(seed)")
        }
    }

    @Test("rejects rows with too many or too few fields and keeps the others")
    func ragged() throws {
        let path = directory.write("ragged.csv", "a,b\nc\nd,e,f\ng,h\n")
        #expect(
            try read(path, blockLength: 1024, fieldCount: 2)
                == ["<a> <b>", "fieldCount(1)", "fieldCount(3)", "<g> <h>"])
    }
}

/// A small deterministic generator of numbers.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
