import Glibc

/// A second, larger stack for what recurses deeply.
///
/// Statements may nest 1,000 levels deep, while the thread that runs them may have a stack of 512
/// KiB. So every walk over a tree begins on its caller's stack and moves here when the tree turns
/// out deeper than usual; that costs a thread, some 100 µs, for such statements only.
public enum DeepStack {
    /// The size of the stack; only what is touched becomes memory.
    static let sizeInBytes = 128 * 1024 * 1024

    private final class Work {
        let body: () -> Void
        init(body: @escaping () -> Void) { self.body = body }
    }

    /// Runs `body` on a deep stack while this thread waits.
    ///
    /// - Returns: what `body` returns; nil, and `body` has not run, if there is no memory for it.
    public static func run<Result>(_ body: () -> Result) -> Result? {
        var result: Result?
        let hasRun = withoutActuallyEscaping({ result = body() }) { escapable in
            runThread(Work(body: escapable))
        }
        return hasRun ? result : nil
    }

    private static func runThread(_ work: Work) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        guard pthread_attr_setstacksize(&attributes, sizeInBytes) == 0 else { return false }
        var thread = pthread_t()
        // The work outlives the thread, which is joined below, so that it need not be retained.
        let context = Unmanaged.passUnretained(work).toOpaque()
        let status = pthread_create(
            &thread, &attributes,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeUnretainedValue().body() }
                return nil
            }, context)
        guard status == 0 else { return false }
        pthread_join(thread, nil)
        return true
    }
}

/// Keeps a tree that may be so deep that dropping it takes a ``DeepStack``.
public final class DeepTree<Tree> {
    private var kept: Tree?
    private let isDeep: Bool

    /// Keeps `tree`, which is deep or not.
    public init(_ tree: Tree, isDeep: Bool) {
        kept = tree
        self.isDeep = isDeep
    }

    /// The tree.
    public var tree: Tree {
        guard let kept else { preconditionFailure("a tree is dropped with its keeper only") }
        return kept
    }

    deinit {
        guard isDeep else { return }
        var dropped = kept
        kept = nil
        let hasRun: Void? = DeepStack.run { dropped = nil }
        // Without memory for a stack, memory that is lost is better than a trap.
        if hasRun == nil, let dropped { _ = Unmanaged.passRetained(Lost(dropped)) }
    }

    private final class Lost {
        let tree: Tree
        init(_ tree: Tree) { self.tree = tree }
    }
}

// What is kept changes only when the keeper goes, and nobody else refers to it then.
extension DeepTree: @unchecked Sendable where Tree: Sendable {}
