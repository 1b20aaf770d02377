import Testing

@testable import KithCLI

struct ShellTests {
    func shell(isInteractive: Bool = false) -> Shell {
        Shell(
            runner: FakeRunner(), out: TextSink(), errors: TextSink(), format: .csv,
            settings: OutputSettings(), isInteractive: isInteractive)
    }

    @Test("runs scripts quietly, and stops at the first error with its place in the file")
    func scripts() {
        let shell = shell()
        #expect(shell.runScript("ROWS 2; \nROWS 1"))
        #expect(shell.out.text == "n\n0\n1\nn\n0\n")
        #expect(shell.errors.text.isEmpty)
        let failing = self.shell()
        #expect(!failing.runScript("ROWS 0;\n\nFAIL;\nROWS 3", file: "a.cypher"))
        #expect(failing.out.text == "n\n")
        #expect(failing.errors.text.contains("--> a.cypher:3:5\n"))
        let second = self.shell()
        #expect(!second.runScript("\n/* 李 */ ROWS 0;FAIL", file: "a.cypher"))
        #expect(second.errors.text.contains("--> a.cypher:2:20\n"))
    }

    @Test("runs its own commands in scripts too")
    func commandsInScripts() {
        let shell = shell()
        #expect(shell.runScript(":mode line\nROWS 1;\n:mode csv\nROWS 1; \n:quit\nFAIL"))
        #expect(shell.out.text == "n = 0\nn\n0\n")
        #expect(shell.errors.text.isEmpty)
    }

    @Test("tells a person how many rows there were")
    func counts() {
        let shell = shell(isInteractive: true)
        shell.showsTiming = false
        _ = shell.run("ROWS 2")
        #expect(shell.out.text == "n\n0\n1\n2 rows\n")
    }

    @Test("knows its commands by name and by an unambiguous beginning")
    func commands() {
        #expect(ShellCommands.named("help")?.name == "help")
        #expect(ShellCommands.named("q")?.name == "quit")
        #expect(ShellCommands.named("t") == nil)
        let shell = shell()
        #expect(!shell.runCommand(":quit"))
        #expect(shell.runCommand(":mode json"))
        #expect(shell.format.name == "json")
        #expect(shell.runCommand(":nonsense"))
        #expect(shell.out.text.contains("no command `:nonsense`"))
        #expect(shell.runCommand(":help match"))
        #expect(shell.out.text.contains("MATCH finds patterns"))
    }

    @Test("completes what fits the place")
    func completion() {
        let completer = Completer(
            names: SchemaNames(
                labels: ["Customer", "Company"], relationshipTypes: ["FRIEND"],
                properties: ["name", "city"], functions: ["count"], procedures: ["crm.rfm"]),
            parameters: ["since"])
        func offered(_ line: String) -> [String] {
            let word = String(line.reversed().prefix { $0.isLetter }.reversed())
            return completer.candidates(for: word, in: line, at: line.utf8.count - word.utf8.count)
        }
        #expect(offered("MATCH (c:Cu") == ["Customer"])
        #expect(offered("MATCH (c)-[:F") == ["FRIEND"])
        #expect(offered("RETURN c.n") == ["name"])
        #expect(offered("WHERE c.x > $s") == ["since"])
        #expect(offered("RETURN cou").sorted() == ["COUNT", "count"])
        #expect(offered(":sch") == ["schema"])
        #expect(offered("CALL crm.r") == ["rfm"])
    }

    @Test("every shell command has a name and a line of help of its own")
    func lists() {
        #expect(Set(ShellCommands.all.map(\.name)).count == ShellCommands.all.count)
        #expect(ShellCommands.all.allSatisfy { !$0.summary.isEmpty })
        #expect(Set(HelpTopic.all.map(\.name)).count == HelpTopic.all.count)
    }
}
