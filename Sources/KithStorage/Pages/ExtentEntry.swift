import CShims

/// One entry of the extent tree: a run of pages and how many values touch each.
///
/// On disk: the key is the run's first page, big-endian; the value is a list of 6 bytes each: so
/// many pages (4) that so many values touch (2), little-endian. Pages with 0 are free again.
struct ExtentEntry {
    static let treeNumber = SystemTree.treeNumber(ofRoot: SystemTree.extents)
    static let runByteCount = 6

    struct Run: Hashable {
        var pageCount: UInt32
        var valueCount: UInt16
    }

    let page: UInt32
    private(set) var runs: [Run]

    init(page: UInt32, runs: [Run]) {
        self.page = page
        self.runs = runs
    }

    init?(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard key.count == 4, value.count % Self.runByteCount == 0, value.count > 0,
            let base = value.baseAddress
        else { return nil }
        page = UInt32(bigEndian: key.loadUnaligned(as: UInt32.self))
        runs = (0..<value.count / Self.runByteCount).map {
            Run(
                pageCount: kith_load32(base + $0 * Self.runByteCount),
                valueCount: kith_load16(base + $0 * Self.runByteCount + 4))
        }
        let total = runs.reduce(UInt64(page)) { $0 + UInt64($1.pageCount) }
        guard total <= StorageLimits.pageCountMax else { return nil }
    }

    /// The page after the last.
    var end: UInt32 { runs.reduce(page) { $0 + $1.pageCount } }

    /// Whether no value is left.
    var isEmpty: Bool { runs.allSatisfy { $0.valueCount == 0 } }

    var encodedRuns: [UInt8] {
        var bytes: [UInt8] = []
        for run in runs {
            withUnsafeBytes(of: run.pageCount.littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: run.valueCount.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// The pages that values touch, as runs.
    var usedRuns: [PageRun] {
        var result: [PageRun] = []
        var place = page
        for run in runs {
            if run.valueCount > 0 { result.append(PageRun(start: place, count: run.pageCount)) }
            place += run.pageCount
        }
        return result
    }

    /// Whether a value touches the page.
    func isUsed(_ wanted: UInt32) -> Bool {
        guard wanted >= page else { return false }
        var place = page
        for run in runs {
            place += run.pageCount
            if wanted < place { return run.valueCount > 0 }
        }
        return false
    }

    /// The same entry from the first page that a value touches to the last.
    ///
    /// Pages before the first may be used anew, and an extent that begins there has an entry of its own.
    var trimmed: ExtentEntry {
        var start = page
        var kept = runs[...]
        while let first = kept.first, first.valueCount == 0 {
            start += first.pageCount
            kept.removeFirst()
        }
        while let last = kept.last, last.valueCount == 0 { kept.removeLast() }
        return ExtentEntry(page: start, runs: Array(kept))
    }

    /// Takes one value away from pages `first` to `last` and returns the pages that no value
    /// touches any more; nil when one of them had none.
    mutating func removeValue(from first: UInt32, through last: UInt32) -> [UInt32]? {
        var result: [Run] = []
        var freed: [UInt32] = []
        var place = page
        for run in runs {
            let end = place + run.pageCount
            let low = min(max(place, first), end)
            let high = max(min(end, last + 1), low)
            Self.append(run.valueCount, low - place, to: &result)
            if high > low {
                guard run.valueCount > 0 else { return nil }
                Self.append(run.valueCount - 1, high - low, to: &result)
                if run.valueCount == 1 { freed.append(contentsOf: low..<high) }
            }
            Self.append(run.valueCount, end - high, to: &result)
            place = end
        }
        runs = result
        return freed
    }

    static func append(_ valueCount: UInt16, _ pageCount: UInt32, to runs: inout [Run]) {
        guard pageCount > 0 else { return }
        if let last = runs.last, last.valueCount == valueCount {
            runs[runs.count - 1].pageCount += pageCount
        } else {
            runs.append(Run(pageCount: pageCount, valueCount: valueCount))
        }
    }
}
