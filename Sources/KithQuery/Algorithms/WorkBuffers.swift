import KithGraph

extension UnsafeMutablePointer {
    /// Room for `count` elements, at least one, that all are `value`; to be deallocated by hand.
    static func filled(_ count: Int, _ value: Pointee) -> UnsafeMutablePointer {
        let result = allocate(capacity: Swift.max(count, 1))
        result.initialize(repeating: value, count: count)
        return result
    }
}

extension Array where Element: BitwiseCopyable {
    /// `count` elements, all of which `write` writes, in the array's own memory: a copy would take pages
    /// that are new to the process, which the system clears one by one.
    static func written(
        _ count: Int, _ write: (UnsafeMutablePointer<Element>) throws(WorkStopped) -> Void
    ) throws(WorkStopped) -> [Element] {
        var failure: WorkStopped?
        let made = [Element](unsafeUninitializedCapacity: Swift.max(count, 1)) { buffer, written in
            guard let start = buffer.baseAddress else { return }
            do throws(WorkStopped) {
                try write(start)
                written = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return made
    }
}

extension Array {
    /// The elements of a buffer.
    init(copying start: UnsafePointer<Element>, count: Int) {
        self.init(UnsafeBufferPointer(start: start, count: count))
    }

    /// The elements of a buffer.
    init(copying start: UnsafeMutablePointer<Element>, count: Int) {
        self.init(UnsafeBufferPointer(start: start, count: count))
    }
}
