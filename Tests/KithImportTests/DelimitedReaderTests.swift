import Glibc
import Testing

@testable import KithGraph

struct DelimitedReaderTests {
    let directory = TemporaryDirectory()

    func rows(
        _ text: String, _ format: DelimitedFormat = DelimitedFormat(hasHeader: false)
    ) throws -> [[String?]] {
        try rows(Array(text.utf8), format)
    }

    func rows(_ bytes: [UInt8], _ format: DelimitedFormat) throws -> [[String?]] {
        let reader = try DelimitedReader(location: directory.write("a.csv", bytes), format: format)
        var rows: [[String?]] = []
        while let row = try reader.nextRow() { rows.append(row) }
        return rows
    }

    @Test(
        "reads rows whatever ends their lines",
        arguments: ["a,b\nc,d\n", "a,b\r\nc,d\r\n", "a,b\nc,d", "a,b\rc,d\r", "\n\na,b\n\nc,d\n\n"])
    func lineEnds(text: String) throws {
        #expect(try rows(text) == [["a", "b"], ["c", "d"]])
    }

    @Test("tells an empty field from a quoted empty one")
    func emptyFields() throws {
        #expect(try rows(",\"\",x\n\"\",,\n") == [[nil, "", "x"], ["", nil, nil]])
        #expect(try rows("a,") == [["a", nil]])
    }

    @Test("keeps delimiters, line ends and doubled quotes inside quotes")
    func quotes() throws {
        #expect(
            try rows("\"a,\"\"b\"\"\",\"x\ny\r\nz\"\r\nn,m")
                == [["a,\"b\"", "x\ny\r\nz"], ["n", "m"]])
        #expect(try rows("5\" pipe,a\"b\"\nx,y\n") == [["5\" pipe", "a\"b\""], ["x", "y"]])
    }

    @Test("lets delimiter, quote and null text be chosen")
    func choices() throws {
        let format = DelimitedFormat(
            delimiter: UInt8(ascii: "|"), quote: UInt8(ascii: "'"), nullText: "NULL",
            hasHeader: false)
        #expect(try rows("a,b|'c|d'|NULL|'NULL'\n", format) == [["a,b", "c|d", nil, "NULL"]])
        let unquoted = DelimitedFormat(quote: nil, hasHeader: false)
        #expect(try rows("\"a,b\"\n", unquoted) == [["\"a", "b\""]])
    }

    @Test("names the place of what cannot be read")
    func places() throws {
        func place(_ text: String) -> String {
            do {
                _ = try rows(text)
                return "read"
            } catch let error as ImportError {
                let position = error.position ?? TextPosition(line: 0, column: 0)
                return "\(position.line):\(position.column)"
            } catch {
                return "another error"
            }
        }
        #expect(place("a,b\nc,\"d\"e\n") == "2:6")
        #expect(place("a,b\né,\"d\n\n\n") == "2:3")
        #expect(place("a,\"x\ny\"\n\"\"z") == "3:3")
    }

    @Test("reads UTF-16 and Latin-1 by mark or by name, and drops a byte-order mark")
    func encodings() throws {
        let text = "né,سلام,𝄞\n"
        let plain: [[String?]] = [["né", "سلام", "𝄞"]]
        let units = Array(text.utf16)
        let little = units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big = units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        let format = DelimitedFormat(hasHeader: false)
        #expect(try rows([0xEF, 0xBB, 0xBF] + Array(text.utf8), format) == plain)
        #expect(try rows([0xFF, 0xFE] + little, format) == plain)
        #expect(try rows([0xFE, 0xFF] + big, format) == plain)
        #expect(try rows(little, DelimitedFormat(encoding: .utf16, hasHeader: false)) == plain)
        #expect(
            try rows([0x6E, 0xE9], DelimitedFormat(encoding: .latin1, hasHeader: false))
                == [["né"]])
        #expect(throws: ImportError.self) { try rows([0x6E, 0xE9], format) }
        #expect(throws: ImportError.self) { try rows([0xFF, 0xFE, 0x00, 0xD8, 0x41, 0], format) }
        #expect(throws: ImportError.self) { try rows([0xFF, 0xFE, 0x41], format) }
    }

    @Test("a file: URL names a local file, and only that")
    func urls() throws {
        #expect(try FileLocation.path(of: "file:///a%20b.csv") == "/a b.csv")
        #expect(try FileLocation.path(of: "file:/a.csv") == "/a.csv")
        #expect(try FileLocation.path(of: "file://localhost/a.csv") == "/a.csv")
        #expect(try FileLocation.path(of: "dir/x:y.csv") == "dir/x:y.csv")
        #expect(throws: ImportError.self) { try FileLocation.path(of: "https://x/a.csv") }
        #expect(throws: ImportError.self) { try FileLocation.path(of: "file://other/a.csv") }
    }

    @Test("a missing file and a directory are clear errors")
    func missing() {
        #expect(throws: ImportError.self) {
            try DelimitedReader(location: directory.path, format: DelimitedFormat())
        }
        #expect(throws: ImportError.self) {
            try DelimitedReader(location: directory.path + "/none", format: DelimitedFormat())
        }
    }

    @Test("reads a pipe, packed or not, and can give up waiting for one")
    func pipes() throws {
        let pipe = directory.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        for tool in ["cat", "gzip -c"] {
            system("(printf 'id,name\\n1,Ada\\n2,Ben\\n' | \(tool) > \(pipe)) &")
            let reader = try DelimitedReader(location: pipe, format: DelimitedFormat())
            #expect(reader.header == ["id", "name"])
            #expect(try reader.nextRow() == ["1", "Ada"])
            #expect(try reader.nextRow() == ["2", "Ben"])
            #expect(try reader.nextRow() == nil)
        }
        var calls = 0
        var code: ImportError.Code?
        do throws(ImportError) {
            // Nobody writes to it.
            _ = try DelimitedReader(location: pipe, format: DelimitedFormat()) {
                () throws(ImportError) in
                calls += 1
                if calls == 2 { throw ImportError(.cancelled, "enough") }
            }
        } catch {
            code = error.code
        }
        #expect(code == .cancelled)
        #expect(calls == 2)
    }

    @Test("unpacks gzip and zstd, and refuses what is cut off or damaged")
    func compressed() throws {
        var text = "id,name\n"
        for number in 0..<20_000 { text += "\(number),name \(number % 97)\n" }
        let path = directory.write("b.csv", text)
        for (tool, suffix) in [("gzip -k", "gz"), ("zstd -q", "zst")] {
            guard system("\(tool) \(path) 2>/dev/null") == 0 else {
                print("skipped: no \(tool)")
                continue
            }
            let packed = readBytes("\(path).\(suffix)")
            let reader = try DelimitedReader(
                location: "\(path).\(suffix)", format: DelimitedFormat())
            #expect(reader.header == ["id", "name"])
            var count = 0
            while try reader.nextRow() != nil { count += 1 }
            #expect(count == 20_000)
            #expect(reader.lineNumber == 20_001)
            for damaged in [
                Array(packed.dropLast(9)), packed.enumerated().map { $0 == 99 ? ~$1 : $1 },
            ] {
                let file = directory.write("damaged.\(suffix)", damaged)
                #expect(throws: ImportError.self) {
                    let reader = try DelimitedReader(location: file, format: DelimitedFormat())
                    while try reader.nextRow() != nil {}
                }
            }
            let twice = directory.write("twice.\(suffix)", packed + packed)
            let again = try DelimitedReader(location: twice, format: DelimitedFormat())
            count = 0
            while try again.nextRow() != nil { count += 1 }
            #expect(count == 40_001)
        }
    }
}
