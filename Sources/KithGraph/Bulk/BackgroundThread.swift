import Glibc

/// A thread that runs one body; where none can be started, the caller's thread runs it at once.
final class BackgroundThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var thread: pthread_t?

    init(_ run: @escaping @Sendable () -> Void) {
        var started = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let status = pthread_create(
            &started, nil,
            { argument in
                if let argument {
                    Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, body.toOpaque())
        if status == 0 {
            thread = started
        } else {
            body.release()
            run()
        }
    }

    /// Waits until the body is done; to be called once.
    func join() {
        if let thread { pthread_join(thread, nil) }
        thread = nil
    }
}
