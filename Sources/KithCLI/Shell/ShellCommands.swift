/// A command of the shell itself: one function and one line in ``all``.
struct ShellCommand: Sendable {
    /// The name, without the colon.
    let name: String
    /// What follows the name in help.
    let arguments: String
    /// What it does, in a few words.
    let summary: String
    /// Does it; false ends the session.
    let run: @Sendable (Shell, String) -> Bool
}

/// The commands of the shell.
enum ShellCommands {
    /// Every command, in the order in which `:help` lists them.
    static let all: [ShellCommand] = [
        .help,
        .schema,
        .mode,
        .timing,
        .strict,
        .run,
        .tour,
        .quit,
    ]

    /// The command of this name, or the only one that begins so.
    static func named(_ name: String) -> ShellCommand? {
        if let exact = all.first(where: { $0.name == name }) { return exact }
        let beginning = all.filter { $0.name.hasPrefix(name) }
        return beginning.count == 1 ? beginning[0] : nil
    }
}
