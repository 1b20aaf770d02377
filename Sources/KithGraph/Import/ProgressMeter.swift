import Glibc

/// Measures how far an import has come, and tells its caller about ten times a second.
final class ProgressMeter {
    /// The part of the time that reading takes; sorting and writing take the rest.
    private static let readingShare = 0.6
    private static let intervalInSeconds = 0.1

    private let onProgress: (ImportProgress) -> Bool
    private let start = ProgressMeter.now()
    private var lastTold = 0.0
    private var bytesBefore = 0
    private var bytesInFile = 0
    private(set) var rows = 0
    /// The bytes of all files, each counted once for each time that it is read.
    var bytesTotal = 0
    /// The file that is being read.
    var file = ""

    init(onProgress: @escaping (ImportProgress) -> Bool) { self.onProgress = onProgress }

    /// Seconds since the import began.
    var seconds: Double { Self.now() - start }

    /// Counts rows and notes how far into the file they reach.
    ///
    /// - Throws: ``ImportError/Code/cancelled`` when the caller wants no more.
    func read(rows count: Int, bytesInFile: Int) throws(ImportError) {
        rows += count
        self.bytesInFile = bytesInFile
        let part = Double(bytesBefore + bytesInFile) / Double(max(1, bytesTotal))
        try tell(fraction: Self.readingShare * min(1, part))
    }

    /// Notes that a file was read to its end.
    func endFile(lengthInBytes: Int) {
        bytesBefore += lengthInBytes
        bytesInFile = 0
    }

    /// Notes how much of the work after reading is done; false when the caller wants no more.
    func finishing(phase: String, done: Int, of total: Int) {
        file = phase
        let part = min(1, Double(done) / Double(max(1, total)))
        _ = try? tell(fraction: Self.readingShare + (1 - Self.readingShare) * part)
    }

    private func tell(fraction: Double) throws(ImportError) {
        let seconds = seconds
        guard seconds - lastTold >= Self.intervalInSeconds else { return }
        lastTold = seconds
        let progress = ImportProgress(
            file: file, rows: rows, bytes: bytesBefore + bytesInFile, fraction: fraction,
            rowsPerSecond: Double(rows) / seconds,
            secondsLeft: fraction > 0 ? seconds * (1 - fraction) / fraction : 0)
        guard onProgress(progress) else {
            throw ImportError(.cancelled, "the import was cancelled; nothing was changed")
        }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
