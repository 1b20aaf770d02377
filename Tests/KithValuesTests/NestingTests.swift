import Glibc
import KithValues
import Testing

@Suite("Deep nesting")
struct NestingTests {
    /// What the thread with a small stack works on and finds.
    private final class Work: @unchecked Sendable {
        // Written by one thread, read by another after joining it.
        var isDone = false
    }

    private static func nested(_ depth: Int, isMap: Bool) -> Value {
        var value = Value.integer(1)
        for _ in 0..<depth {
            value = isMap ? .map(ValueMap([("k", value)])) : .list([value])
        }
        return value
    }

    private static func useEverything(_ depth: Int) -> Bool {
        for isMap in [false, true] {
            let left = nested(depth, isMap: isMap)
            let right = nested(depth, isMap: isMap)
            guard Value.cypherEquals(left, right) == .yes, Value.isEquivalent(left, right),
                Value.isIdentical(left, right), Value.orderCompare(left, right) == 0,
                isMap || Value.cypherCompare(left, right) == .equal,
                GroupingKey(left).hashValue == GroupingKey(right).hashValue,
                left.literalText == right.literalText
            else { return false }
            var bytes: [UInt8] = []
            left.appendStored(to: &bytes)
            guard let back = try? Value.decodeStored(bytes), Value.isIdentical(left, back) else {
                return false
            }
            var key: [UInt8] = []
            guard left.appendOrderedKey(to: &key) == !isMap else { return false }
            var offset = 0
            if !isMap { _ = try? Value.decodeOrderedKey(key, at: &offset) }
        }
        return true
    }

    @Test("values nested up to the limit work on a stack of 512 KiB")
    func smallStack() {
        let work = Work()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 << 10)
        var thread = pthread_t()
        let pointer = Unmanaged.passRetained(work)
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                work.isDone = NestingTests.useEverything(ValueLimits.nestingDepthMax)
                return nil
            }, pointer.toOpaque())
        #expect(status == 0)
        pthread_join(thread, nil)
        #expect(work.isDone)
    }

    @Test("a value at the limit cannot be nested once more")
    func limitIsKept() throws {
        let deepest = Self.nested(ValueLimits.nestingDepthMax, isMap: true)
        try Self.nested(ValueLimits.nestingDepthMax - 1, isMap: false).checkCanBeNested()
        try Value.integer(1).checkCanBeNested()
        #expect(throws: ValueError.self) { try deepest.checkCanBeNested() }
        #expect(throws: ValueError.self) { try Value.add(.list([]), deepest) }
    }
}
