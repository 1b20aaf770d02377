import Glibc
import Kith

/// A database file that a session has made, under a name that may have been meant as a command.
struct MadeFile {
    private let path: String
    private let firstCommit: UInt64

    /// Notes a file that was just made; nil where its name is no plain word, or nothing is known of it.
    init?(_ path: String, _ database: Database) {
        guard !path.contains(where: { $0 == "." || $0 == "/" }),
            let commit = Self.lastCommit(database)
        else { return nil }
        self.path = path
        firstCommit = commit
    }

    /// Removes the file if nothing was ever written to it. The database must still be open, so that no
    /// other process can have written to it.
    func removeIfEmpty(_ database: Database) -> Bool {
        Self.lastCommit(database) == firstCommit && unlink(path) == 0
    }

    /// Why the file is gone.
    var explanation: String {
        "`\(path)` is no command, and nothing was written to a database of that name, so none is left; "
            + "`kith help` lists the commands.\n"
    }

    private static func lastCommit(_ database: Database) -> UInt64? {
        guard let reading = try? database.beginRead() else { return nil }
        defer { reading.end() }
        return reading.graph.commitNumber
    }
}
