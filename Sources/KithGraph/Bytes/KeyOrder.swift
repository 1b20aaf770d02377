import Glibc

/// The order of keys: byte by byte, a beginning before what goes on.
enum KeyOrder {
    @inline(__always)
    static func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let common = min(left.count, right.count)
        guard common > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
            return left.count < right.count
        }
        let order = memcmp(leftBase, rightBase, common)
        return order != 0 ? order < 0 : left.count < right.count
    }
}
