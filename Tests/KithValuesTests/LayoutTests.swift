import KithValues
import Testing

@Suite("Layout")
struct LayoutTests {
    @Test("a value is at most 24 bytes")
    func sizeOfValue() {
        #expect(MemoryLayout<Value>.stride == 24)
    }
}
