import Glibc

/// Tells of Ctrl-C through a pipe, so that it can be waited for like any input.
final class Interrupts: Sendable {
    /// Becomes readable when Ctrl-C was pressed.
    let readDescriptor: Int32

    /// Takes Ctrl-C over for the rest of the process, or only the first one.
    init(isOnce: Bool = false) {
        var ends: [Int32] = [-1, -1]
        Self.makePipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        readDescriptor = ends[0]
        InterruptState.writeDescriptor = ends[1]
        var action = sigaction()
        action.__sigaction_handler.sa_handler = noteInterrupt
        if isOnce { action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) }
        sigaction(SIGINT, &action, nil)
        // Whoever started this program may have blocked the signal for its own threads.
        var interrupt = sigset_t()
        sigemptyset(&interrupt)
        sigaddset(&interrupt, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
    }

    /// Makes a pipe that other programs do not inherit.
    @discardableResult
    static func makePipe(_ ends: inout [Int32]) -> Bool {
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return true
    }

    /// Whether it was pressed since the last time this was asked.
    func wasPressed() -> Bool {
        var byte: UInt8 = 0
        return Glibc.read(readDescriptor, &byte, 1) > 0
    }

    /// Forgets what was pressed so far.
    func clear() {
        var byte: UInt8 = 0
        while Glibc.read(readDescriptor, &byte, 1) > 0 {}
    }

    /// Runs `body` and calls `cancel` from another thread whenever Ctrl-C is pressed meanwhile.
    func whileWatching<Result>(
        cancel: @escaping @Sendable () -> Void, _ body: () -> Result
    ) -> Result {
        clear()
        var ends: [Int32] = [-1, -1]
        guard Self.makePipe(&ends) else { return body() }
        let watch = Unmanaged.passRetained(
            Watch(interrupt: readDescriptor, stop: ends[0], cancel: cancel))
        var thread = pthread_t()
        guard pthread_create(&thread, nil, watchInterrupts, watch.toOpaque()) == 0 else {
            watch.release()
            return body()
        }
        let result = body()
        var byte: UInt8 = 1
        _ = Glibc.write(ends[1], &byte, 1)
        pthread_join(thread, nil)
        close(ends[0])
        close(ends[1])
        return result
    }
}

/// The pipe's other end. Set once, before the handler is installed.
private enum InterruptState {
    nonisolated(unsafe) static var writeDescriptor: Int32 = -1
}

/// The signal handler: only what may be done in one.
private func noteInterrupt(_ signal: Int32) {
    let number = errno
    var byte: UInt8 = 1
    _ = Glibc.write(InterruptState.writeDescriptor, &byte, 1)
    errno = number
}

private final class Watch: Sendable {
    let interrupt: Int32
    let stop: Int32
    let cancel: @Sendable () -> Void

    init(interrupt: Int32, stop: Int32, cancel: @escaping @Sendable () -> Void) {
        self.interrupt = interrupt
        self.stop = stop
        self.cancel = cancel
    }
}

private func watchInterrupts(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let watch = Unmanaged<Watch>.fromOpaque(argument).takeRetainedValue()
    while true {
        var sources = [
            pollfd(fd: watch.interrupt, events: Int16(POLLIN), revents: 0),
            pollfd(fd: watch.stop, events: Int16(POLLIN), revents: 0),
        ]
        poll(&sources, 2, -1)
        if sources[1].revents != 0 { return nil }
        if sources[0].revents != 0 {
            var byte: UInt8 = 0
            while Glibc.read(watch.interrupt, &byte, 1) > 0 {}
            watch.cancel()
        }
    }
}
