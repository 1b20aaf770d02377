import KithQuery
import KithValues

/// The open transactions of a database, as `SHOW TRANSACTIONS` lists them.
final class OpenTransactions: Sendable {
    /// One of them.
    final class Entry: Sendable {
        let id: UInt64
        let isWriting: Bool
        let start: Instant
        /// The commit that it sees.
        let commit: UInt64
        /// The statement that began last.
        let statement = Guarded<String?>(nil)

        init(id: UInt64, isWriting: Bool, start: Instant, commit: UInt64) {
            self.id = id
            self.isWriting = isWriting
            self.start = start
            self.commit = commit
        }
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var last: UInt64 = 0
    }

    private let state = Guarded(State())

    /// Enters a transaction that begins.
    func begin(isWriting: Bool, start: Instant, commit: UInt64) -> Entry {
        state.withLock { state in
            state.last += 1
            let entry = Entry(id: state.last, isWriting: isWriting, start: start, commit: commit)
            state.entries[state.last] = entry
            return entry
        }
    }

    /// Removes a transaction that ended.
    func end(_ entry: Entry) { state.withLock { $0.entries[entry.id] = nil } }

    /// All of them, the oldest first.
    var all: [Entry] {
        state.withLock { state in state.entries.values.sorted { $0.id < $1.id } }
    }
}

/// `SHOW TRANSACTIONS`: the open transactions of this database in this process.
struct ShowTransactions: Procedure {
    let open: OpenTransactions

    let signature = ProcedureSignature(
        name: "show.transactions", inputs: [],
        outputs: [
            .init("id", .integer), .init("mode", .string), .init("start", StaticType(.dateTime)),
            .init("commit", .integer), .init("statement", .string),
        ],
        summary: "The open transactions of this database, the oldest first.")

    func call(
        _ arguments: [Value], _ context: ProcedureContext
    ) throws(QueryError) -> any ProcedureCursor {
        TableCursor(
            rows: open.all.map { entry in
                [
                    .integer(Int64(clamping: entry.id)),
                    .string(entry.isWriting ? "write" : "read"),
                    .dateTime(entry.start.inUTC),
                    .integer(Int64(clamping: entry.commit)),
                    entry.statement.withLock { $0 }.map { .string($0) } ?? .null,
                ]
            })
    }
}

extension Instant {
    /// The instant on the clock of coordinated universal time.
    fileprivate var inUTC: ZonedDateTime {
        ZonedDateTime(secondsSinceEpoch: seconds, nanosecond: nanoseconds, offsetInSeconds: 0)
    }
}
