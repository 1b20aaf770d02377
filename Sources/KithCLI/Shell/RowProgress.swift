import Glibc
import Synchronization

/// A line on the terminal that tells how many rows a long statement has seen.
final class RowProgress: Sendable {
    private static let delayInSeconds = 0.5
    private static let intervalInMilliseconds: Int32 = 100

    private let rows: @Sendable () -> Int
    private let thread = Mutex<pthread_t?>(nil)
    /// Closing the second end of this pipe wakes the thread up.
    private let pipe: (read: Int32, write: Int32)

    init(rows: @escaping @Sendable () -> Int) {
        self.rows = rows
        var ends: [Int32] = [-1, -1]
        Interrupts.makePipe(&ends)
        pipe = (ends[0], ends[1])
    }

    deinit { close(pipe.read) }

    /// Begins to watch; nothing is shown before half a second has passed.
    func start() {
        guard Terminal.isErrorInteractive, pipe.read >= 0 else { return }
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
        close(pipe.write)
        guard let thread = thread.withLock({ $0 }) else { return }
        pthread_join(thread, nil)
    }

    fileprivate func show() {
        let sink = TextSink(descriptor: STDERR_FILENO)
        let start = Self.now()
        var isShown = false
        while !waitsUntilStopped() {
            let seconds = Self.now() - start
            guard seconds > Self.delayInSeconds else { continue }
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

    /// Waits a moment; true when there is nothing more to show.
    private func waitsUntilStopped() -> Bool {
        var source = pollfd(fd: pipe.read, events: Int16(POLLIN), revents: 0)
        return poll(&source, 1, Self.intervalInMilliseconds) > 0
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
