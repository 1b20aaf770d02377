import Glibc
import Testing

@testable import KithCLI

/// Runs the built `kith` as users do.
struct CommandTests {
    /// The program beside the test runner; nil, with a notice, where it was not built.
    static let program: String? = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let program = path[..<slash] + "/kith"
        if access(String(program), X_OK) == 0 { return String(program) }
        print("skipped: there is no \(program)")
        return nil
    }()

    /// What a shell command with `kith` for the program prints, and its exit status.
    func run(_ command: String) -> (text: String, status: Int32)? {
        guard let program = Self.program else { return nil }
        let line = "kith() { \(program) \"$@\"; }; cd \(directory); exec 2>&1; \(command)"
        guard let stream = popen(line, "r") else { return nil }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { break }
            text += buffer[..<count]
        }
        let status = pclose(stream)
        return (String(decoding: text, as: UTF8.self), status >> 8 & 0xFF)
    }

    let directory: String

    init() {
        var template = Array("/tmp/kith-command-XXXXXX".utf8CString)
        directory = template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let made = mkdtemp(start) else { return "/tmp" }
            return String(cString: made)
        }
    }

    private func write(_ name: String, _ text: String) {
        let sink = TextSinkForTests(
            open("\(directory)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600))
        sink.write(text)
    }

    private func cleanUp() { system("rm -rf \(directory)") }

    @Test("runs statements from the command line, a file and standard input")
    func statements() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        #expect(run("kith -c 'RETURN 1 AS a' -c 'RETURN 2 AS b'")?.text == "a\n1\nb\n2\n")
        #expect(
            run("echo 'RETURN 1 AS a; RETURN null AS b' | kith --format json")?.text
                == "[\n  {\"a\":1}\n]\n[\n  {\"b\":null}\n]\n")
        write("q.cypher", "CREATE (:A {x: 1});\nMATCH (a:A)\nRETURN a.x")
        #expect(run("kith d.kith -f q.cypher")?.text == "a.x\n1\n")
        #expect(run("kith d.kith -c 'MATCH (a:A) RETURN count(*) AS n'")?.text == "n\n1\n")
        let refused = run("kith d.kith --read-only -c 'CREATE ()'")
        #expect(refused?.status == 1)
        #expect(refused?.text.contains("[TransactionError.ReadOnlyTransaction]") == true)
        // Every page but the first few is damaged.
        let damaged = run(
            "tr a-z b-za < d.kith > e.kith; dd if=d.kith of=e.kith bs=4096 count=3 conv=notrunc 2> f; kith e.kith -c 'MATCH (a:A) RETURN a.x'"
        )
        #expect(damaged?.status == 1)
        #expect(damaged?.text.contains("[StorageError.CorruptDatabase]") == true)
        #expect(damaged?.text.contains("1 │ MATCH (a:A) RETURN a.x\n  │ ^^^^^") == true)
        let command = run("kith -c 'COMMIT'")?.text
        #expect(command?.contains("1 │ COMMIT\n  │ ^^^^^^\n") == true)
    }

    @Test("ends with 1 after a statement's fault, 2 after the user's, 3 where nothing opens")
    func exitCodes() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        #expect(run("kith -c 'RETURN 1'")?.status == 0)
        let wrong = run("kith -c 'RETURN x'")
        #expect(wrong?.status == 1)
        #expect(wrong?.text.contains("1 │ RETURN x\n  │        ^\n") == true)
        #expect(run("kith --nonsense")?.status == 2)
        #expect(run("kith --format nonsense")?.status == 2)
        #expect(run("kith import d.kith")?.status == 2)
        #expect(run("kith none/d.kith -c 'RETURN 1'")?.status == 3)
        #expect(run("kith -f none.cypher")?.status == 3)
        #expect(run("kith check none.kith")?.status == 3)
        write("text.kith", "this is no database at all")
        #expect(run("kith text.kith -c 'RETURN 1'")?.status == 3)
        #expect(run("cat text.kith")?.text == "this is no database at all")
    }

    @Test("takes a new word for a misspelt command where it is near one, and makes no file")
    func misspeltCommands() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        for (word, meant) in [("imprt", "import"), ("chekc", "check"), ("exprot", "export")] {
            let refused = run("kith \(word) < /dev/null")
            #expect(refused?.status == 2)
            #expect(refused?.text.contains("did you mean `kith \(meant)`?") == true)
            #expect(run("test -e \(word)")?.status == 1)
        }
        let empty = run("kith frobnicate -c 'MATCH (n) RETURN count(n) AS n'")
        #expect(empty?.status == 0)
        #expect(empty?.text.contains("`frobnicate` is no command, and nothing was written") == true)
        #expect(run("test -e frobnicate")?.status == 1)
        #expect(run("kith new.kith -c 'RETURN 1 AS a'")?.text == "a\n1\n")
        #expect(run("test -e new.kith")?.status == 0)
        #expect(run("kith imprt.kith -c 'CREATE (:A)'")?.status == 0)
        #expect(run("kith customers -c 'CREATE (:A)'")?.status == 0)
        #expect(run("cp customers chekc; kith chekc -c 'MATCH (a:A) RETURN a'")?.status == 0)
    }

    @Test("refuses import options that make no sense, and shows how import is used")
    func wrongImports() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        write("c.csv", "id,name\n1,Ada\n")
        let files = "--nodes Customer=c.csv"
        for wrong in [
            "--threads 0", "--threads -2", "--max-rejects=-1", "--mode x", "--nonsense",
            "--quote ,", "--memory much",
        ] {
            let refused = run("kith import d.kith \(files) \(wrong)")
            #expect(refused?.status == 2, "\(wrong)")
            #expect(
                refused?.text.contains("Usage: kith import [<options>] <database>") == true,
                "\(wrong)")
            #expect(run("test -e d.kith")?.status == 1)
        }
        #expect(run("KITH_THREADS=0 kith import d.kith \(files)")?.status == 3)
        for empty in ["{}", #"{"nodes": []}"#, #"{"delimiter": ";", "relationships": []}"#] {
            write("m.json", empty)
            let refused = run("kith import d.kith m.json")
            #expect(refused?.status == 2)
            #expect(refused?.text.contains("m.json: the manifest imports nothing") == true)
        }
        write("m.json", #"{"threads": 0, "nodes": [{"file": "c.csv", "labels": ["C"]}]}"#)
        #expect(run("kith import d.kith m.json")?.text.contains("1 or more") == true)
        #expect(run("test -e d.kith")?.status == 1)
    }

    @Test("names the file and the line where LOAD CSV fails")
    func loadCSV() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        write("c.csv", "id,name\n1,Ada\n2,\"Ben\n")
        let failed = run("kith -c \"LOAD CSV WITH HEADERS FROM 'c.csv' AS r RETURN r.id\"")
        #expect(failed?.status == 1)
        #expect(failed?.text.contains("error: c.csv:3:") == true, "\(failed?.text ?? "")")
        let missing = run("kith -c \"LOAD CSV FROM 'none.csv' AS r RETURN r\"")
        #expect(missing?.text.contains("error: none.csv: cannot be opened: No such file") == true)
    }

    @Test("refuses text that is not UTF-8, and tells of output that nobody got")
    func lostText() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        let statement = #"CREATE (:A {x: "\377"})"#
        let fromFile = run("printf '\(statement)' > bad.cypher; kith d.kith -f bad.cypher")
        #expect(fromFile?.status == 3)
        #expect(fromFile?.text == "error: bad.cypher: the text is not valid UTF-8\n")
        #expect(run("printf '\(statement)' | kith d.kith")?.status == 3)
        #expect(run("kith d.kith -c 'MATCH (n) RETURN count(n) AS n'")?.text == "n\n0\n")
        let full = run("kith -c 'RETURN 1' > /dev/full")
        #expect(full?.status == 1)
        let unwritten = run("{ kith -c 'RETURN 1' 2>&3 > /dev/full; } 3>&1")
        #expect(unwritten?.text.hasPrefix("error: the output could not be written") == true)
    }

    @Test("says that statements end within a transaction")
    func unfinishedTransaction() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        write("s.cypher", "BEGIN; CREATE (:A);")
        for command in ["-f s.cypher", "-c BEGIN -c 'CREATE (:A)'", "< s.cypher"] {
            let unfinished = run("kith t.kith \(command)")
            #expect(unfinished?.status == 1, "\(command)")
            #expect(unfinished?.text.contains("COMMIT") == true, "\(command)")
        }
        #expect(run("kith t.kith -c BEGIN -c 'CREATE (:A)' -c COMMIT")?.status == 0)
        #expect(run("kith t.kith -c 'MATCH (a) RETURN count(a) AS n'")?.text == "n\n1\n")
    }

    @Test("copies a database without its free space, and never over another file")
    func compacts() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        let rows = "UNWIND range(1, 5000) AS i CREATE (:A {i: i, text: 'text ' + toString(i)})"
        #expect(run("kith d.kith -c \"\(rows)\"")?.status == 0)
        #expect(run("kith d.kith -c 'MATCH (a:A) WHERE a.i > 10 DELETE a'")?.status == 0)
        #expect(run("kith compact d.kith copy.kith")?.status == 0)
        #expect(run("kith check copy.kith")?.status == 0)
        #expect(run("kith copy.kith -c 'MATCH (a:A) RETURN sum(a.i) AS s'")?.text == "s\n55\n")
        let again = run("kith compact d.kith copy.kith")
        #expect(again?.status == 3)
        #expect(again?.text.contains("there is already a file") == true)
        #expect(run("kith compact none.kith other.kith")?.status == 3)
        #expect(run("ls")?.text == "copy.kith\nd.kith\n")
    }

    @Test("imports, checks, and exports what imports to the same")
    func importing() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        write("c.csv", "id,name\n1,Ada\n2,\"Ben, B.\"\n")
        write("f.csv", "from,to,since\n1,2,2020-01-01\n")
        let files = "--nodes Customer=c.csv --relationships FRIEND=f.csv:Customer:Customer"
        let imported = run("kith import d.kith \(files)")
        #expect(imported?.status == 0)
        #expect(imported?.text.contains("nodes :Customer") == true)
        #expect(run("kith check d.kith")?.text == "d.kith is sound\n")
        let query = "-c 'MATCH (a)-[f:FRIEND]->(b) RETURN a.name, f.since, b.name'"
        #expect(
            run("kith d.kith \(query)")?.text
                == "a.name,f.since,b.name\nAda,2020-01-01,\"Ben, B.\"\n")
        #expect(run("kith export d.kith out")?.status == 0)
        #expect(run("kith import e.kith out/manifest.json")?.status == 0)
        #expect(run("kith e.kith \(query)")?.text == run("kith d.kith \(query)")?.text)
    }

    @Test("a failed import leaves no file behind, and an old one as it was")
    func failedImports() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        write("c.csv", "id,name\n1,Ada\n1,Ben\n")
        let failed = run("kith import new.kith --nodes Customer=c.csv")
        #expect(failed?.status == 1)
        #expect(
            failed?.text
                == "error: c.csv:3:1: column `id`: there is already a `Customer` with the `id` 1\n")
        #expect(access("\(directory)/new.kith", F_OK) != 0)
        #expect(run("kith old.kith -c 'CREATE (:A)'")?.status == 0)
        #expect(run("kith import old.kith --nodes Customer=c.csv")?.status == 1)
        #expect(run("kith old.kith -c 'MATCH (n) RETURN count(*) AS n'")?.text == "n\n1\n")
        let dry = run("kith import new.kith --nodes Customer=c.csv --dry-run --max-rejects 1")
        #expect(dry?.status == 0)
        #expect(dry?.text.contains("integer") == true)
        #expect(access("\(directory)/new.kith", F_OK) != 0)
        #expect(run("kith import new.kith --nodes Customer=none.csv")?.status == 3)
        #expect(run("kith import new.kith --nodes Customer")?.status == 2)
    }

    @Test("the demo prints the tour's answers without a terminal and ends well")
    func demo() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        let demo = run("kith demo --customers 100 < /dev/null")
        #expect(demo?.status == 0)
        #expect(demo?.text.contains("Which products sell best?") == true)
        #expect(run("kith demo d.kith --customers 50 < /dev/null")?.status == 0)
        #expect(run("kith demo d.kith --customers 50 < /dev/null")?.status == 2)
        #expect(run("kith check d.kith")?.status == 0)
        // A disk that is full leaves no half of a graph behind.
        let full = run("trap '' XFSZ; ulimit -f 600; kith demo e.kith --customers 200 < /dev/null")
        #expect(full?.status == 1)
        #expect(full?.text.hasPrefix("error: ") == true)
        #expect(run("test -e e.kith")?.status == 1)
    }

    @Test("the pipe keeps what was committed, and nothing else")
    func pipe() throws {
        defer { cleanUp() }
        guard Self.program != nil else { return }
        write(
            "requests",
            """
            {"id":1,"query":"CREATE (:A {x: $x})","params":{"x":[1,2.0,{"$type":"Date","value":"2020-02-29"}]}}
            {"id":2,"query":"BEGIN"}
            {"id":3,"query":"CREATE (:B)"}
            {"id":4,"query":"CREATE (:B"}
            {"id":5,"query":"ROLLBACK"}
            {"id":6,"query":"MATCH (n) RETURN n.x"}
            {"id":7,"query":"RETURN $missing"}

            """)
        let answers = run("kith pipe d.kith < requests")?.text.split(separator: "\n") ?? []
        try #require(answers.count == 7)
        #expect(answers[3].contains("\"type\":\"SyntaxError\""))
        #expect(answers[5].contains(#""rows":[[[1,2.0,{"$type":"Date","value":"2020-02-29"}]]]"#))
        #expect(answers[6].contains("\"error\""))
        #expect(
            run("echo '{\"id\":1,\"query\":\"COMMIT\"}' | kith pipe")?.text.contains(
                #""line":1,"column":1,"endLine":1,"endColumn":7"#) == true)
        #expect(run("kith d.kith -c 'MATCH (n) RETURN count(*) AS n'")?.text == "n\n1\n")
    }

    @Test("talks to a person on a terminal, and Ctrl-C gives up the statement, not the session")
    func terminal() throws {
        defer { cleanUp() }
        guard let program = Self.program, system("command -v script > /dev/null") == 0 else {
            return
        }
        #expect(
            run(
                "(printf 'BEGIN;\\nCREATE (:A);\\n'; sleep 0.7; printf '\\004'; sleep 0.3) "
                    + "| KITH_HISTORY=none TERM=dumb script -qec '\(program) t.kith' /dev/null"
            )?.text.contains("The open transaction is rolled back") == true)
        write(
            "talk",
            """
            printf 'CREATE (:Customer {id: 7});\\nMATCH (c:Cus\\t)\\nRETURN c.id;\\n'
            sleep 0.7
            printf 'RETURN 1 +'
            sleep 0.7
            printf '\\003'
            sleep 0.7
            printf 'RETURN 2 AS two;\\n:schema\\n:quit\\n'
            sleep 0.7
            """)
        let found = run(
            "sh talk | KITH_HISTORY=history TERM=dumb script -qec '\(program)' /dev/null; cat history"
        )
        let scalars = found?.text.unicodeScalars.filter { $0 != "\r" } ?? []
        let text = String(String.UnicodeScalarView(scalars))
        #expect(text.contains("1 node created, 1 property set, 1 label added"))
        #expect(text.contains("│ c.id │\n├──────┤\n│    7 │"))
        #expect(text.contains("^C"))
        #expect(text.contains("│ two │\n├─────┤\n│   2 │"))
        #expect(text.contains("│ :Customer     │     1 │"))
        #expect(text.contains("MATCH (c:Customer) RETURN c.id;"))
        #expect(!text.contains("error"))
    }
}
