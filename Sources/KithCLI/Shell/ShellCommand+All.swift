extension ShellCommand {
    /// `:help`
    static let help = ShellCommand(
        name: "help", arguments: "[TOPIC]", summary: "this list, or a page with examples"
    ) { shell, argument in
        if let topic = HelpTopic.all.first(where: { $0.name == argument.lowercased() }) {
            shell.out.write(topic.text + "\n")
            return true
        }
        if !argument.isEmpty { shell.out.write("There is no page about `\(argument)`.\n\n") }
        shell.out.write("Statements end with a semicolon. Commands of the shell:\n\n")
        for command in ShellCommands.all {
            let usage = ":\(command.name) \(command.arguments)"
            let padding = String(repeating: " ", count: max(1, 18 - usage.count))
            shell.out.write("  \(usage)\(padding)\(command.summary)\n")
        }
        let topics = HelpTopic.all.map(\.name).joined(separator: ", ")
        shell.out.write("\nPages with examples: \(topics)\n")
        return true
    }

    /// `:schema`
    static let schema = ShellCommand(
        name: "schema", arguments: "", summary: "labels, types, properties, indexes, constraints"
    ) { shell, _ in
        shell.showSchema()
        return true
    }

    /// `:mode`
    static let mode = ShellCommand(
        name: "mode", arguments: "[FORMAT]", summary: "how results are written"
    ) { shell, argument in
        if let format = OutputFormat.named(argument) {
            shell.format = format
        } else {
            if !argument.isEmpty { shell.out.write("There is no format `\(argument)`.\n") }
            for format in OutputFormat.all {
                let mark = format.name == shell.format.name ? "*" : " "
                let padding = String(repeating: " ", count: 10 - format.name.count)
                shell.out.write("\(mark) \(format.name)\(padding) \(format.summary)\n")
            }
        }
        return true
    }

    /// `:timing`
    static let timing = ShellCommand(
        name: "timing", arguments: "[on|off]", summary: "whether statements are timed"
    ) { shell, argument in
        switch argument {
        case "on": shell.showsTiming = true
        case "off": shell.showsTiming = false
        default: shell.showsTiming.toggle()
        }
        shell.out.write("timing is \(shell.showsTiming ? "on" : "off")\n")
        return true
    }

    /// `:strict`
    static let strict = ShellCommand(
        name: "strict", arguments: "[on|off]", summary: "whether warnings are errors"
    ) { shell, argument in
        switch argument {
        case "on": shell.isStrict = true
        case "off": shell.isStrict = false
        default: shell.isStrict.toggle()
        }
        shell.out.write("strict mode is \(shell.isStrict ? "on" : "off")\n")
        return true
    }

    /// `:run`
    static let run = ShellCommand(
        name: "run", arguments: "FILE", summary: "runs the statements of a file"
    ) { shell, argument in
        _ = shell.runFile(argument)
        return true
    }

    /// `:tour`
    static let tour = ShellCommand(
        name: "tour", arguments: "[N]", summary: "the demo's questions, or the answer to one"
    ) { shell, argument in
        shell.showTour(argument)
        return true
    }

    /// `:quit`
    static let quit = ShellCommand(
        name: "quit", arguments: "", summary: "ends the session (as Ctrl-D does)"
    ) {
        _, _ in false
    }
}
