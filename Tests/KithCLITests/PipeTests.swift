import Glibc
import Kith
import KithGraph
import Synchronization
import Testing

@testable import KithCLI

/// Stands in for a database: answers a few texts, and waits to be cancelled for `WAIT`.
final class FakeRunner: StatementRunner {
    func run(
        _ request: StatementRequest, into receiver: inout some RowReceiver
    ) throws(StatementProblem) -> StatementOutcome {
        switch request.text {
        case "WAIT":
            while !request.control.isCancelled { usleep(1000) }
            throw StatementProblem(
                type: "ResourceError", detail: "Cancelled", message: "the statement was cancelled")
        case "FAIL":
            throw StatementProblem(
                type: "SyntaxError", detail: "UndefinedVariable", phase: "compile",
                message: "variable `m` is not defined",
                place: StatementProblem.Place(line: 1, column: 8, endLine: 1, endColumn: 9),
                suggestions: ["n"])
        case "ECHO":
            receiver.begin(columns: request.parameters.keys.sorted())
            receiver.receive([
                request.parameters.sorted { $0.key < $1.key }.map { OutputValue.plain($0.value) }
            ])
        case let text where text.hasPrefix("ROWS "):
            receiver.begin(columns: ["n"])
            for number in 0..<(Int(text.dropFirst(5)) ?? 0) {
                receiver.receive([[.integer(Int64(number))]])
            }
        default: receiver.begin(columns: [])
        }
        var outcome = StatementOutcome()
        outcome.changes = [("nodesCreated", 0)]
        return outcome
    }

    let isInTransaction: Bool

    init(isInTransaction: Bool = false) { self.isInTransaction = isInTransaction }

    func schemaNames() -> SchemaNames { SchemaNames() }
}

extension OutputValue {
    /// A value without anything to look up, for tests.
    static func plain(_ value: Value) -> OutputValue {
        switch value {
        case .integer(let number): .integer(number)
        case .float(let number): .float(number)
        case .string(let text): .string(text)
        case .list(let values): .list(values.map(plain))
        case .boolean(let flag): .boolean(flag)
        case .null: .null
        default: .temporal(type: value.kind.name, text: value.plainText ?? "")
        }
    }
}

/// Opens fakes.
final class FakeBackend: PipeBackend {
    let log = Mutex<[String]>([])

    func open(_ path: String) throws(StatementProblem) -> any StatementRunner {
        log.withLock { $0.append("open \(path)") }
        return FakeRunner()
    }

    func registerProcedure(
        signature: String, rows: [[Value]], in runner: any StatementRunner
    ) throws(StatementProblem) {
        log.withLock { $0.append("register \(signature) \(rows.count)") }
    }

    func close(_ runner: any StatementRunner) throws(StatementProblem) {
        log.withLock { $0.append("close") }
    }
}

struct PipeTests {
    /// The lines that a session answers to these requests.
    func answers(_ requests: [String], backend: FakeBackend = FakeBackend()) throws -> [String] {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let input = TextSink(descriptor: ends[1])
        for request in requests { input.write(request + "\n") }
        input.flush()
        close(ends[1])
        let output = TextSink()
        let session = PipeSession(
            backend: backend, runner: FakeRunner(), input: ends[0], output: output)
        try session.serve()
        close(ends[0])
        return output.text.split(separator: "\n").map(String.init)
    }

    @Test("answers each request with one line, in order, with the id as it came")
    func order() throws {
        let found = try answers([
            #"{"id": 1, "query": "ROWS 2"}"#, "", #"{"id": "b", "query": "CREATE ()"}"#,
        ])
        #expect(
            found == [
                #"{"id":1,"columns":["n"],"rows":[[0],[1]],"stats":{"nodesCreated":0},"elapsedMs":0.0}"#,
                #"{"id":"b","columns":[],"rows":[],"stats":{"nodesCreated":0},"elapsedMs":0.0}"#,
            ])
    }

    @Test("ends the statement of a client that is gone", .timeLimit(.minutes(1)))
    func clientIsGone() throws {
        signal(SIGPIPE, SIG_IGN)
        var (asking, answering): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        #expect(pipe(&asking) == 0 && pipe(&answering) == 0)
        let input = TextSink(descriptor: asking[1])
        input.write(#"{"id": 1, "query": "WAIT"}"# + "\n" + #"{"id": 2, "query": "WAIT"}"# + "\n")
        input.flush()
        close(asking[1])
        close(answering[0])
        let session = PipeSession(
            backend: FakeBackend(), runner: FakeRunner(), input: asking[0],
            output: TextSink(descriptor: answering[1]))
        try session.serve()
        close(asking[0])
        close(answering[1])
    }

    @Test("streams rows in lines of at most so many")
    func streaming() throws {
        let found = try answers([#"{"id":1,"query":"ROWS 5","stream":2}"#])
        #expect(
            found == [
                #"{"id":1,"columns":["n"],"rows":[[0],[1]],"more":true}"#,
                #"{"id":1,"columns":["n"],"rows":[[2],[3]],"more":true}"#,
                #"{"id":1,"columns":["n"],"rows":[[4]],"stats":{"nodesCreated":0},"elapsedMs":0.0}"#,
            ])
    }

    @Test("decodes parameters, and tells integers from floats")
    func parameters() throws {
        let found = try answers([
            #"{"id":1,"query":"ECHO","params":{"a":1,"b":1.0,"c":{"$type":"Date","value":"1984-10-11"},"d":{"$type":"Float","value":"NaN"},"e":[null,true,"x"],"f":{"$type":"Money","amount":"12.50","currency":"EUR"}}}"#
        ])
        #expect(
            found[0].contains(
                #""rows":[[1,1.0,{"$type":"Date","value":"1984-10-11"},{"$type":"Float","value":"NaN"},[null,true,"x"],{"$type":"Money","value":"12.50 EUR"}]]"#
            ))
        let wrong = try answers([
            #"{"id":1,"query":"ECHO","params":{"c":{"$type":"Date","value":"x"}}}"#
        ])
        #expect(wrong[0].contains("InvalidArgumentValue"))
        #expect(wrong[0].contains("parameter `$c` holds an object with `$type`"))
    }

    @Test(
        "refuses numbers that it would have to change",
        arguments: [
            ("9223372036854775808", "does not fit in 64 bits"),
            ("-9223372036854775809", "does not fit in 64 bits"), ("1e400", "too large"),
        ])
    func numbersTooLarge(number: String, reason: String) throws {
        let found = try answers([
            #"{"id":1,"query":"ECHO","params":{"a":\#(number)}}"#,
            #"{"id":2,"query":"ECHO","params":{"a":-9223372036854775808}}"#,
        ])
        #expect(found[0].contains("InvalidRequest") && found[0].contains(reason), "\(found[0])")
        #expect(found[1].contains(#""rows":[[-9223372036854775808]]"#))
    }

    @Test("opens no file without a name, and keeps the one that is open")
    func openingNothing() throws {
        let backend = FakeBackend()
        let found = try answers([#"{"id":1,"open":""}"#, #"{"id":2,"open":7}"#], backend: backend)
        for line in found { #expect(line.contains("InvalidRequest"), "\(line)") }
        #expect(found.count == 2)
        #expect(backend.log.withLock { $0 } == ["close"])
    }

    @Test("gives errors with type, detail, phase and place, and goes on")
    func errors() throws {
        let found = try answers([
            #"{"id":1,"query":"FAIL"}"#, "{", "[]", #"{"id":2}"#, #"{"id":3,"query":1}"#,
            #"{"id":4,"query":"X","deadlineMs":-1}"#, #"{"id":5,"query":"ROWS 0"}"#,
        ])
        #expect(
            found[0]
                == #"{"id":1,"error":{"type":"SyntaxError","detail":"UndefinedVariable","phase":"compile","message":"variable `m` is not defined","line":1,"column":8,"endLine":1,"endColumn":9,"suggestions":["n"]}}"#
        )
        #expect(found.count == 7)
        for line in found[1...5] { #expect(line.contains("InvalidRequest"), "\(line)") }
        #expect(found[1].hasPrefix(#"{"id":null,"error""#))
        #expect(found[6].contains(#""rows":[]"#))
    }

    @Test("refuses a request that asks for two things, and does neither")
    func twoAtOnce() throws {
        let backend = FakeBackend()
        let found = try answers(
            [
                #"{"id":1,"query":"ROWS 1","open":":memory:"}"#,
                #"{"id":2,"open":":memory:","cancel":1}"#,
            ], backend: backend)
        for line in found { #expect(line.contains("InvalidRequest"), "\(line)") }
        #expect(found[0].contains("`query` and `open`"))
        #expect(backend.log.withLock { $0 } == ["close"])
    }

    @Test("cancels the running request and answers the cancellation after it")
    func cancelling() throws {
        let found = try answers([
            #"{"id":1,"query":"WAIT"}"#, #"{"id":2,"query":"WAIT"}"#, #"{"id":3,"cancel":2}"#,
            #"{"id":4,"cancel":1}"#, #"{"id":5,"cancel":99}"#, #"{"id":6,"query":"ROWS 1"}"#,
        ])
        #expect(found.count == 6)
        #expect(
            found[0].hasPrefix(#"{"id":1,"error":{"type":"ResourceError","detail":"Cancelled""#))
        #expect(
            found[1].hasPrefix(#"{"id":2,"error":{"type":"ResourceError","detail":"Cancelled""#))
        #expect(found[2...4] == [#"{"id":3}"#, #"{"id":4}"#, #"{"id":5}"#])
        #expect(found[5].hasPrefix(#"{"id":6,"columns":["n"]"#))
    }

    @Test("opens databases and registers procedures, and closes at the end")
    func opening() throws {
        let backend = FakeBackend()
        let found = try answers(
            [
                #"{"id":1,"open":":memory:"}"#,
                #"{"id":2,"registerProcedure":{"signature":"a() :: (b :: STRING?)","rows":[["x"],["y"]]}}"#,
            ], backend: backend)
        #expect(found == [#"{"id":1}"#, #"{"id":2}"#])
        #expect(
            backend.log.withLock { $0 } == [
                "close", "open :memory:", "register a() :: (b :: STRING?) 2", "close",
            ])
    }

    @Test("reads lines longer than its buffer, and a last line without an end")
    func longLines() throws {
        var template = Array("/tmp/kith-lines-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        #expect(file >= 0)
        unlink(template)
        let sink = TextSink(descriptor: file)
        let long = String(repeating: "x", count: 300_000)
        sink.write("a\n\n\(long)\nlast")
        sink.flush()
        lseek(file, 0, SEEK_SET)
        let lines = LineInput(descriptor: file)
        var lengths: [Int] = []
        while let line = lines.next() { lengths.append(line.count) }
        close(file)
        #expect(lengths == [1, 0, 300_000, 4])
    }
}
