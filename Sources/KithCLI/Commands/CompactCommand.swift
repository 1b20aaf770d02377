import ArgumentParser
import Glibc
import Kith

/// `kith compact`: a copy of a database without free space.
struct CompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Writes a copy without the space that is free, to keep or to go on with.",
        discussion: """
            The copy shows the last commit; others may read and write the database meanwhile. It appears \
            whole or not at all, and never in place of another file.
            """)

    @Argument(help: "The database.")
    var database: String

    @Argument(help: "The new file.")
    var copy: String

    func run() throws {
        guard access(copy, F_OK) != 0 else {
            throw CommandFailure(
                status: .cannotOpen,
                message: "\(copy): there is already a file; a copy never takes another's place")
        }
        let runner = try Opening.runner(database, isReadOnly: true, createsFile: false)
        do {
            try runner.database.copy(toNewFileAt: copy)
        } catch {
            throw CommandFailure(status: .cannotOpen, message: "\(copy): \(error.message)")
        }
        let out = TextSink(descriptor: STDOUT_FILENO)
        out.write("\(copy) has \(size(of: copy)) bytes, \(database) \(size(of: database))\n")
        out.flush()
        try Opening.close(runner)
    }

    private func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
