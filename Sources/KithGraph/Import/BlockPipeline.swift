/// Reads a file block by block on several threads: blocks are parsed at once and handed on in order.
///
/// A thread takes the next block of the file, parses it, and puts the result in line; whoever finds
/// the line's head free hands on what is ready. At most a few results wait, so memory stays bounded.
struct BlockPipeline {
    /// The file.
    let reader: BlockReader
    /// How many threads parse.
    let threadCount: Int

    /// Parses every block and hands the results on in the order of the file.
    ///
    /// - Parameters:
    ///   - parse: Called by any thread, for one block at a time and thread; gets the thread's number.
    ///   - handOn: Called by any thread, but never by two at once; a block may be used again after it.
    /// - Throws: What reading, parsing or handing on first threw, in the order of the file.
    func run<Batch>(
        parse: (Int, TextBlock) throws(ImportError) -> Batch,
        handOn: (Batch) throws(ImportError) -> Void
    ) throws(ImportError) {
        let line = Line<Batch>(reader: reader, waitingMax: threadCount * 2)
        WorkerThreads.run(count: threadCount) { index in
            while let (block, sequence) = line.nextBlock() {
                let result: Result<Batch, ImportError>
                do throws(ImportError) {
                    result = .success(try parse(index, block))
                } catch {
                    result = .failure(error)
                }
                line.put(result, block: block, sequence: sequence, handOn: handOn)
            }
        }
        try line.finish(handOn: handOn)
    }
}

/// The results that wait for their turn.
private final class Line<Batch> {
    private let monitor = Monitor()
    private let readerMonitor = Monitor()
    private let reader: BlockReader
    private let waitingMax: Int
    private var waiting: [Int: (result: Result<Batch, ImportError>, block: TextBlock)] = [:]
    private var spareBlocks: [TextBlock] = []
    private var next = 0
    private var isHandingOn = false
    private var error: ImportError?
    private var readError: ImportError?
    private var isAtEnd = false

    init(reader: BlockReader, waitingMax: Int) {
        self.reader = reader
        self.waitingMax = waitingMax
    }

    /// The next block of the file and its number; nil when there is none, or no use for it.
    func nextBlock() -> (TextBlock, Int)? {
        monitor.lock()
        while waiting.count >= waitingMax, error == nil { monitor.wait() }
        let block = spareBlocks.popLast() ?? TextBlock(capacity: BlockReader.blockLengthInBytes)
        let isStopped = error != nil
        monitor.unlock()
        if isStopped { return nil }
        readerMonitor.lock()
        defer { readerMonitor.unlock() }
        guard !isAtEnd else { return nil }
        do throws(ImportError) {
            if try reader.next(into: block) { return (block, block.sequence) }
        } catch {
            readError = error
        }
        isAtEnd = true
        return nil
    }

    /// Puts a result in line and hands on what is ready, unless another thread is at it.
    func put(
        _ result: Result<Batch, ImportError>, block: TextBlock, sequence: Int,
        handOn: (Batch) throws(ImportError) -> Void
    ) {
        monitor.lock()
        waiting[sequence] = (result, block)
        if !isHandingOn {
            isHandingOn = true
            handOnReady(handOn)
            isHandingOn = false
        }
        monitor.unlock()
    }

    /// Inside the monitor; leaves it while a batch is handed on.
    private func handOnReady(_ handOn: (Batch) throws(ImportError) -> Void) {
        while error == nil, let ready = waiting.removeValue(forKey: next) {
            next += 1
            monitor.unlock()
            var failure: ImportError?
            do throws(ImportError) {
                try handOn(try ready.result.get())
            } catch {
                failure = error
            }
            monitor.lock()
            error = failure
            spareBlocks.append(ready.block)
            monitor.broadcast()
        }
    }

    /// Hands on what is left when all threads are done, and reports what went wrong.
    func finish(handOn: (Batch) throws(ImportError) -> Void) throws(ImportError) {
        monitor.lock()
        handOnReady(handOn)
        monitor.unlock()
        if let error = error ?? readError { throw error }
    }
}
