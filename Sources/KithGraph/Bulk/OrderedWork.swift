/// Work in numbered units: several threads make them, and one after the other they are handed on.
enum OrderedWork {
    /// Makes units 0 ..< `count` and hands them on in order.
    ///
    /// - Parameters:
    ///   - count: The number of units.
    ///   - threadCount: How many threads work.
    ///   - make: Called by any thread with its own number and that of a unit.
    ///   - handOn: Called by any thread, but never by two at once.
    /// - Throws: What making or handing on first threw.
    static func run<Made>(
        count: Int, threadCount: Int, make: (Int, Int) throws(GraphError) -> Made,
        handOn: (Made) throws(GraphError) -> Void
    ) throws(GraphError) {
        guard threadCount > 1, count > 1 else {
            for unit in 0..<count { try handOn(try make(0, unit)) }
            return
        }
        let line = UnitLine<Made>(count: count, waitingMax: threadCount * 4)
        WorkerThreads.run(count: threadCount) { thread in
            while let unit = line.take() {
                let result: Result<Made, GraphError>
                do throws(GraphError) {
                    result = .success(try make(thread, unit))
                } catch {
                    result = .failure(error)
                }
                line.put(result, unit, handOn)
            }
        }
        if let error = line.error { throw error }
    }
}

/// The units that wait for their turn.
private final class UnitLine<Made> {
    private let monitor = Monitor()
    private let count: Int
    private let waitingMax: Int
    private var waiting: [Int: Result<Made, GraphError>] = [:]
    private var taken = 0
    private var next = 0
    private var isHandingOn = false
    private(set) var error: GraphError?

    init(count: Int, waitingMax: Int) {
        self.count = count
        self.waitingMax = waitingMax
    }

    /// The next unit to make; nil when there is none, or no use for it.
    func take() -> Int? {
        monitor.lock()
        defer { monitor.unlock() }
        while waiting.count >= waitingMax, error == nil, isHandingOn { monitor.wait() }
        guard error == nil, taken < count else { return nil }
        taken += 1
        return taken - 1
    }

    /// Puts a unit in line and hands on what is ready, unless another thread is at it.
    func put(
        _ result: Result<Made, GraphError>, _ unit: Int,
        _ handOn: (Made) throws(GraphError) -> Void
    ) {
        monitor.lock()
        waiting[unit] = result
        if !isHandingOn {
            isHandingOn = true
            while error == nil, let ready = waiting.removeValue(forKey: next) {
                next += 1
                monitor.unlock()
                var failure: GraphError?
                do throws(GraphError) {
                    try handOn(try ready.get())
                } catch {
                    failure = error
                }
                monitor.lock()
                error = failure
                monitor.broadcast()
            }
            isHandingOn = false
            monitor.broadcast()
        }
        monitor.unlock()
    }
}
