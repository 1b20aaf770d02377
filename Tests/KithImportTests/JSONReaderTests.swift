import Testing

@testable import KithGraph

struct JSONReaderTests {
    func read(_ text: String) -> String {
        do throws(JSONError) {
            return shown(try JSONReader.read(Array(text.utf8), depthMax: 8))
        } catch {
            return "\(error.offset): \(error.message)"
        }
    }

    func shown(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .boolean(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .float(let number): "f\(number)"
        case .string(let text): "<\(text)>"
        case .array(let elements): "[" + elements.map(shown).joined(separator: " ") + "]"
        case .object(let members):
            "{" + members.map { "\($0.name)=\(shown($0.value))" }.joined(separator: " ") + "}"
        }
    }

    @Test("tells integers from floats and keeps the order of members")
    func values() {
        #expect(
            read(" {\"b\": [1, -2.5, 1e2, null], \"a\": true} ")
                == "{b=[1 f-2.5 f100.0 null] a=true}")
        #expect(read("9223372036854775807") == "9223372036854775807")
        // Neither becomes another number.
        #expect(read("9223372036854775808") == "19: this whole number does not fit in 64 bits")
        #expect(read("1e400") == "5: this number is too large")
        #expect(read("[]") == "[]")
        #expect(read("{}") == "{}")
    }

    @Test("reads every escape")
    func escapes() {
        #expect(read(#""a\"\\\/\b\f\n\r\té""#) == "<a\"\\/\u{8}\u{c}\n\r\té>")
        #expect(read(#""😀""#) == "<😀>")
    }

    @Test(
        "refuses what is no JSON",
        arguments: [
            "", "{", "[1,]", "{\"a\" 1}", "01", "1.", "+1", "nul", "\"a", "\"\\x\"", "\"\\ud800\"",
            "\"\u{1}\"", "1 2", "{a: 1}", "[[[[[[[[[[1]]]]]]]]]]", "-", "1e",
        ])
    func refusals(text: String) {
        #expect(read(text).contains(": "), "\(text)")
    }
}
