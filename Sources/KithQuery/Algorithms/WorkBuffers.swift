extension UnsafeMutablePointer {
    /// Room for `count` elements, at least one, that all are `value`; to be deallocated by hand.
    static func filled(_ count: Int, _ value: Pointee) -> UnsafeMutablePointer {
        let result = allocate(capacity: Swift.max(count, 1))
        result.initialize(repeating: value, count: count)
        return result
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
