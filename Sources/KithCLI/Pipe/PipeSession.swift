import Glibc
import Kith
import KithGraph
import Synchronization

/// What a pipe session opens databases with.
protocol PipeBackend: Sendable {
    /// Opens the database at a path, or a fresh one for `:memory:`.
    func open(_ path: String) throws(StatementProblem) -> any StatementRunner
    /// Adds a procedure that looks its answers up in a table.
    func registerProcedure(
        signature: String, rows: [[Value]], in runner: any StatementRunner
    ) throws(StatementProblem)
    /// Closes a database.
    func close(_ runner: any StatementRunner) throws(StatementProblem)
}

/// Serves the pipe protocol: one thread reads requests, another carries them out in order, so that a
/// `cancel` is seen while its statement runs.
///
/// `@unchecked`: what other threads see is under `current`'s lock; all else belongs
/// to the serving thread.
final class PipeSession: @unchecked Sendable {
    /// What the serving thread is at.
    private struct Current {
        var id: JSONValue?
        var control: StatementControl?
        var runner: any StatementRunner
    }

    private let backend: any PipeBackend
    private let answers: PipeAnswers
    private let requests = RequestQueue()
    private let current: Mutex<Current>
    private let input: Int32
    private let output: Int32?
    /// Whose writing end closes when all requests are served; nil where the system has no more.
    private var served: (reading: Int32, writing: Int32)?

    /// Serves what is read from `input`, first with `runner`.
    init(
        backend: any PipeBackend, runner: any StatementRunner, input: Int32, output: TextSink
    ) {
        self.backend = backend
        self.input = input
        self.output = output.descriptor
        answers = PipeAnswers(sink: output)
        current = Mutex(Current(id: nil, control: nil, runner: runner))
    }

    /// Serves until the input ends, then closes the database.
    func serve() throws(StatementProblem) {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 { served = (ends[0], ends[1]) }
        defer { if let served { Glibc.close(served.reading) } }
        let this = Unmanaged.passRetained(self)
        var thread = pthread_t()
        guard pthread_create(&thread, nil, readRequests, this.toOpaque()) == 0 else {
            this.release()
            throw StatementProblem(
                type: "ResourceError", detail: "OutOfThreads", message: "no thread to read with")
        }
        while let request = requests.next() { carryOut(request) }
        if let served { Glibc.close(served.writing) }
        pthread_join(thread, nil)
        let runner = current.withLock { $0.runner }
        try backend.close(runner)
    }

    /// The reading thread: puts requests in the queue, and passes cancellations on at once.
    fileprivate func readAll() {
        let lines = LineInput(descriptor: input)
        while let line = lines.next() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { continue }
            let request = PipeRequest(line: line)
            requests.put(request)
            if case .cancel(let id) = request.action { cancel(id) }
        }
        requests.end()
        waitForClient()
    }

    /// Waits until all requests are served, or nobody reads the answers any more: a client that was
    /// killed would otherwise leave its statement running for as long as that takes.
    private func waitForClient() {
        guard let output, let served else { return }
        var ends = [
            pollfd(fd: output, events: 0, revents: 0),
            pollfd(fd: served.reading, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&ends, 2, -1) < 0, errno == EINTR {}
        guard ends[0].revents & Int16(POLLERR) != 0 else { return }
        requests.drop()
        current.withLock { $0.control?.cancel() }
    }

    private func cancel(_ id: JSONValue) {
        requests.cancel(id)
        current.withLock { current in
            if current.id?.isSameID(as: id) == true { current.control?.cancel() }
        }
    }

    private func carryOut(_ request: PipeRequest) {
        do throws(StatementProblem) {
            switch request.action {
            case .invalid(let problem): throw problem
            case .cancel: answers.done(request.id)
            case .open(let path):
                try backend.close(current.withLock { $0.runner })
                let opened = try backend.open(path)
                current.withLock { $0.runner = opened }
                answers.done(request.id)
            case .registerProcedure(let signature, let rows):
                let runner = current.withLock { $0.runner }
                try backend.registerProcedure(signature: signature, rows: rows, in: runner)
                answers.done(request.id)
            case .query(let statement, let rowsPerLine, let wantsProgress):
                try run(request.id, statement, rowsPerLine, wantsProgress)
            }
        } catch {
            answers.failure(request.id, error)
        }
    }

    private func run(
        _ id: JSONValue, _ statement: StatementRequest, _ rowsPerLine: Int?, _ wantsProgress: Bool
    ) throws(StatementProblem) {
        let runner = current.withLock { current in
            current.id = id
            current.control = statement.control
            return current.runner
        }
        defer {
            current.withLock { current in
                current.id = nil
                current.control = nil
            }
        }
        // A cancellation that came before this point is in the queue's list, a later one has found
        // the control.
        guard !requests.takeCancelled(id) else {
            throw StatementProblem(
                type: "ResourceError", detail: "Cancelled", message: "the request was cancelled",
                place: .whole(of: statement.text))
        }
        let control = statement.control
        var rows = PipeRows(
            id: id, answers: answers, rowsPerLine: rowsPerLine,
            progress: wantsProgress ? { control.progressInRows } : nil)
        let outcome = try runner.run(statement, into: &rows)
        answers.answer(id, columns: rows.columns, rows: rows.takeRest(), outcome: outcome)
    }
}

private func readRequests(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<PipeSession>.fromOpaque(argument).takeRetainedValue().readAll()
    return nil
}

/// Collects the rows of one query and sends them line by line where the client streams.
private struct PipeRows: RowReceiver {
    private static let progressIntervalInNanoseconds = 100_000_000

    let id: JSONValue
    let answers: PipeAnswers
    let rowsPerLine: Int?
    let progress: (() -> Int)?
    private(set) var columns: [String] = []
    private var rows: [[OutputValue]] = []
    private var rowCount = 0
    private var lastProgress = PipeRows.now()

    init(
        id: JSONValue, answers: PipeAnswers, rowsPerLine: Int?, progress: (() -> Int)?
    ) {
        self.id = id
        self.answers = answers
        self.rowsPerLine = rowsPerLine
        self.progress = progress
    }

    mutating func begin(columns: [String]) { self.columns = columns }

    mutating func receive(_ more: [[OutputValue]]) {
        rowCount += more.count
        rows += more
        if let rowsPerLine {
            while rows.count > rowsPerLine {
                answers.more(id, columns: columns, rows: Array(rows.prefix(rowsPerLine)))
                rows.removeFirst(rowsPerLine)
            }
        }
        guard let progress else { return }
        let now = Self.now()
        guard now - lastProgress >= Self.progressIntervalInNanoseconds else { return }
        lastProgress = now
        answers.progress(id, rows: max(rowCount, progress()), fraction: nil)
    }

    /// The rows for the last line.
    mutating func takeRest() -> [[OutputValue]] {
        defer { rows = [] }
        return rows
    }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
