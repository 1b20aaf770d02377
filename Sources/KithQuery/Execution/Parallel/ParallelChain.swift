import KithGraph

/// Steps that treat each row by itself, made once for every thread: they share a source, whose rows
/// they take part by part.
///
/// What a step above makes of each part is combined in the order of the parts, so that the result
/// does not depend on which thread was faster.
final class ParallelChain: RunResource {
    /// The operators of one thread.
    final class Worker {
        let input: PartInput
        let root: Operator
        private(set) var context: ExecutionContext?
        /// What the context was made for.
        private var graph: GraphReader?

        init(input: PartInput, root: Operator) {
            self.input = input
            self.root = root
        }

        /// The context that the worker's thread, which calls this, has of its own.
        func context(like shared: ExecutionContext) -> ExecutionContext {
            if let context, graph === shared.graph { return context }
            context?.endRun()
            let made = shared.forWorker()
            (context, graph) = (made, shared.graph)
            return made
        }

        func endRun() {
            root.restart()
            context?.endRun()
            (context, graph) = (nil, nil)
        }
    }

    private let source: PartSource
    let workers: [Worker]

    init(source: PartSource, workers: [Worker]) {
        self.source = source
        self.workers = workers
    }

    /// What a thread is to do.
    struct Task {
        /// The number of the thread's worker.
        let worker: Int
        /// The number of the part.
        let part: Int
        /// Gives the rows of the part.
        let input: Operator
    }

    /// Runs `body` for every part; `combine` takes its results in the order of the parts, one at a
    /// time.
    ///
    /// - Throws: the error that running the parts one after another would have met first.
    func run<Part>(
        _ context: ExecutionContext,
        _ body: (Task, ExecutionContext) throws(QueryError) -> Part,
        combine: (Part) throws(QueryError) -> Void
    ) throws(QueryError) {
        context.register(self)
        source.begin(context)
        let results = PartResults<Part>()
        WorkerThreads.run(count: source.hasRows ? workers.count : 1) { number in
            let worker = workers[number]
            let context = worker.context(like: context)
            while let (part, rows) = source.take() {
                worker.root.restart()
                worker.input.begin(rows)
                do throws(QueryError) {
                    let task = Task(worker: number, part: part, input: worker.root)
                    let result = try body(task, context)
                    results.add(part, result)
                } catch {
                    source.fail(part, error)
                    return
                }
                if let (part, error) = results.combineReady(combine) { source.fail(part, error) }
            }
        }
        try source.end()
    }

    func restart() { source.restart() }

    /// Whether all its operators may take part in another run.
    var mayRunAgain: Bool {
        source.mayRunAgain && workers.allSatisfy { $0.root.mayRunAgain }
    }

    func runEnded() {
        for worker in workers { worker.endRun() }
    }
}

/// The results of parts, which are combined in the order of the parts.
private final class PartResults<Part> {
    private let monitor = Monitor()
    private var waiting: [Int: Part] = [:]
    private var next = 0
    private var isCombining = false

    func add(_ number: Int, _ part: Part) {
        monitor.lock()
        waiting[number] = part
        monitor.unlock()
    }

    /// Combines all results that are next in order, unless another thread is at it.
    ///
    /// - Returns: the part and its error, where combining failed.
    func combineReady(
        _ combine: (Part) throws(QueryError) -> Void
    ) -> (part: Int, error: QueryError)? {
        monitor.lock()
        defer { monitor.unlock() }
        guard !isCombining else { return nil }
        isCombining = true
        defer { isCombining = false }
        while let part = waiting.removeValue(forKey: next) {
            monitor.unlock()
            var failure: QueryError?
            do throws(QueryError) {
                try combine(part)
            } catch {
                failure = error
            }
            monitor.lock()
            if let failure { return (next, failure) }
            next += 1
        }
        return nil
    }
}
