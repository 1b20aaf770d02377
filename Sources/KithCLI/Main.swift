import ArgumentParser

/// The `kith` command.
@main
struct KithCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "kith")
}
