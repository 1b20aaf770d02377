import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

@Suite("The length of a file")
struct FileGrowthTests {
    private let directory = TemporaryDirectory()

    private func pageCount(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) / 4_096 : 0
    }

    /// Long values of a few pages are replaced all the time, so that what is free lies in short runs.
    @Test("is bounded where long values of several lengths are replaced for long")
    func replacedExtents() throws {
        let path = directory.path + "/graph.kith"
        let engine = try StorageEngine.open(path: path)
        var random = SeededGenerator(seed: 7)
        var values: [ExtentReference?] = Array(repeating: nil, count: 1_500)
        var liveByteCount = 0
        for round in 0..<500 {
            let transaction = try engine.beginWrite()
            var old: [ExtentReference] = []
            for _ in 0..<60 {
                let place = Int.random(in: 0..<values.count, using: &random)
                let bytes = [UInt8](
                    repeating: UInt8(round & 255),
                    count: Int.random(in: 1_000..<25_000, using: &random))
                let new = try bytes.withUnsafeBytes { try transaction.writeExtent($0) }
                liveByteCount += bytes.count
                if let former = values[place] {
                    old.append(former)
                    liveByteCount -= Int(former.byteCount)
                }
                values[place] = new
                let key = Array("key \(Int.random(in: 0..<2_000, using: &random))".utf8)
                try transaction.put(key, Array(bytes.prefix(40)), in: TreeID(0))
            }
            for former in old { try transaction.freeExtent(former) }
            try transaction.commit()
        }
        let livePageCount = liveByteCount / 4_096
        #expect(pageCount(path) < 3 * livePageCount, "\(livePageCount) pages are in use")
        #expect(try engine.check().isEmpty)
        try engine.close()
    }
}
