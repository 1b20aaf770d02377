import Glibc
import Synchronization

/// A line on the terminal that tells how many rows a long statement has seen.
final class RowProgress: Sendable {
    private static let delayInSeconds = 0.5
    private static let intervalInMicroseconds: UInt32 = 100_000

    private let rows: @Sendable () -> Int
    private let isStopped = Atomic<Bool>(false)
    private let thread = Mutex<pthread_t?>(nil)

    init(rows: @escaping @Sendable () -> Int) { self.rows = rows }

    /// Begins to watch; nothing is shown before half a second has passed.
    func start() {
        guard Terminal.isErrorInteractive else { return }
        var made = pthread_t()
        let this = Unmanaged.passRetained(self)
        guard pthread_create(&made, nil, showProgress, this.toOpaque()) == 0 else {
            this.release()
            return
        }
        let thread = made
        self.thread.withLock { $0 = thread }
    }

    /// Takes the line away.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        guard let thread = thread.withLock({ $0 }) else { return }
        pthread_join(thread, nil)
    }

    fileprivate func show() {
        let sink = TextSink(descriptor: STDERR_FILENO)
        let start = Self.now()
        var isShown = false
        while !isStopped.load(ordering: .relaxed) {
            usleep(Self.intervalInMicroseconds)
            let seconds = Self.now() - start
            guard seconds > Self.delayInSeconds, !isStopped.load(ordering: .relaxed) else {
                continue
            }
            let count = rows()
            let rate = Int(Double(count) / seconds)
            let text =
                count == 0
                ? "\(Int(seconds)) s"
                : "\(Count.grouped(count)) rows, \(Count.grouped(rate)) rows/s"
            sink.write("\r\u{1B}[K\(text)")
            sink.flush()
            isShown = true
        }
        if isShown {
            sink.write("\r\u{1B}[K")
            sink.flush()
        }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

private func showProgress(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<RowProgress>.fromOpaque(argument).takeRetainedValue().show()
    return nil
}

/// Numbers for people.
enum Count {
    /// The number with a comma between groups of three digits.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// A number of bytes in a unit that suits it.
    static func bytes(_ number: Int) -> String {
        let units = ["B", "KB", "MB", "GB", "TB"]
        var value = Double(number)
        var unit = 0
        while value >= 1000, unit + 1 < units.count {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(number) B" : "\((value * 10).rounded() / 10) \(units[unit])"
    }
}
