import CShims
import Glibc
import Synchronization

/// A fixed pool of frames for tree pages: the cache of everything read from the file.
///
/// A table of sets of eight words leads from page number to frame without a lock. A frame is a hit
/// only if it holds the checksum that the reference asks for, so nothing is ever invalidated.
///
/// Invariants:
///
/// 1. A frame in the table never changes. A pointer into it is good for the *step* it was taken in.
/// 2. A frame taken out of the table is stamped with the step clock and reused once no running
///    step began at that time or before.
/// 3. Memory is so many frames and the table, obtained at opening; there is no growth.
/// 4. A thread that waits for others' steps while it is in one itself could wait for ever: the other
///    may be waiting too. So some frames are kept for the oldest of all steps, which is the one
///    that the others wait for.
final class PagePool: @unchecked Sendable {
    // Sendable: the table is read and written atomically, frames are written only while they are in
    // no table, and everything else is guarded by `guardian`.

    /// Where a commit replaces more pages than this their frames stay until others need them.
    private static let supersededMax = 256
    private static let framesObtainedAtOnce = 32
    /// Fewer frames than this would make concurrent steps run out of them.
    static let frameCountMin = 384
    /// Checksum (8), page (4), used flag (4), then up to 64 bytes nothing: the page follows, and
    /// headers of different frames fall into different cache sets.
    private static let frameHeaderByteCount = 64

    let file: DatabaseFile
    /// All frames, the kept ones (the last) included.
    private let frameCount: Int
    private let keptFrameCount: Int
    private let stride: Int
    private let memory: UnsafeMutableRawPointer
    private let memoryByteCount: Int
    private let frames: UnsafeMutableRawPointer
    private let table: UnsafeMutablePointer<UInt64>
    private let setShift: UInt64
    private let setMask: Int
    private let guardian = Lock()
    // `guardian` is as good as a check of every access.
    @exclusivity(unchecked) private var state: State
    /// The frames that were never in use so far: they take no memory, but for some that come next.
    private let untouchedCount: Atomic<Int>

    /// Guarded by `guardian`.
    private struct State {
        /// Frames that nobody uses.
        let free: UnsafeMutablePointer<UInt32>
        var freeCount: Int
        /// Frames for the oldest step.
        var kept: [UInt32]
        /// A ring of frames taken out, oldest first, with their stamps.
        let retired: UnsafeMutablePointer<(frame: UInt32, stamp: UInt64)>
        var retiredHead = 0
        var retiredCount = 0
        var hand = 0
        /// Frames from this one on have no memory yet, as far as is known.
        var frameWithoutMemory: UInt32 = 0
        /// Pages that no commit since the last one uses.
        var superseded: [UInt32] = []
    }

    init(file: DatabaseFile, budgetInBytes: Int) throws(StorageError) {
        self.file = file
        stride = file.pageSize + Self.frameHeaderByteCount
        frameCount = max(Self.frameCountMin, min(budgetInBytes / (stride + 32), 1 << 24))
        keptFrameCount = max(128, frameCount / 32)
        var sets = 1
        while sets * 4 < frameCount { sets *= 2 }
        setMask = sets - 1
        setShift = UInt64(64 - max(1, sets.trailingZeroBitCount))
        let tableByteCount = (sets * 64 + 4095) & ~4095
        memoryByteCount = tableByteCount + frameCount * stride
        let mapped = mmap(
            nil, memoryByteCount, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1, 0)
        guard let mapped, mapped != MAP_FAILED else { throw .memoryBudgetExhausted }
        memory = mapped
        table = mapped.bindMemory(to: UInt64.self, capacity: sets * 8)
        frames = mapped + tableByteCount
        let free = UnsafeMutablePointer<UInt32>.allocate(capacity: frameCount)
        let usual = frameCount - keptFrameCount
        untouchedCount = Atomic(usual)
        for index in 0..<usual { free[index] = UInt32(usual - 1 - index) }
        let retired = UnsafeMutablePointer<(frame: UInt32, stamp: UInt64)>.allocate(
            capacity: frameCount)
        state = State(
            free: free, freeCount: usual, kept: (usual..<frameCount).map { UInt32($0) },
            retired: retired)
    }

    deinit {
        munmap(memory, memoryByteCount)
        state.free.deallocate()
        state.retired.deallocate()
    }

    /// How much of the memory for pages was never in use so far.
    var untouchedInBytes: Int { untouchedCount.load(ordering: .relaxed) * stride }

    @inline(__always)
    private func setStart(of page: UInt32) -> Int {
        (Int(truncatingIfNeeded: (UInt64(page) &* 0x9E37_79B9_7F4A_7C15) >> setShift) & setMask)
            &* 8
    }

    /// The page, read from the file if need be. Only within a step; good until its end.
    @inline(__always)
    func page(
        _ reference: PageReference, level: UInt8
    ) throws(StorageError) -> UnsafeRawPointer {
        if let page = try cached(reference, level: level) { return page }
        return try load(reference, level: level)
    }

    /// The page where the cache has it. Only within a step; good until its end.
    @inline(__always)
    func cached(
        _ reference: PageReference, level: UInt8
    ) throws(StorageError) -> UnsafeRawPointer? {
        let found = kith_find_frame(table + setStart(of: reference.page), reference.page)
        if found != 0 {
            let frame = frames + (Int(found) &- 1) &* stride
            if frame.load(as: UInt64.self) == reference.checksum {
                let used = (frame + 12).assumingMemoryBound(to: UInt32.self)
                if kith_atomic_load_flag(used) == 0 { kith_atomic_store_flag(used, 1) }
                let page = UnsafeRawPointer(frame + Self.frameHeaderByteCount)
                guard PageView(page).level == level else {
                    throw .corrupt(page: UInt64(reference.page), damage: .structure)
                }
                return page
            }
        }
        return nil
    }

    @inline(never)
    private func load(
        _ reference: PageReference, level: UInt8
    ) throws(StorageError) -> UnsafeRawPointer {
        let index = try obtainFrame()
        let frame = frames + Int(index) * stride
        do {
            try file.readPage(reference, into: frame + Self.frameHeaderByteCount, level: level)
        } catch {
            guardian.with { giveBack(index) }
            throw error
        }
        return publish(index, as: reference)
    }

    /// Keeps a copy of a page that was just written, where that costs no waiting.
    func keep(_ page: UnsafeRawPointer, as reference: PageReference) {
        kith_step_begin()
        defer { kith_step_end() }
        guard let index = takeFreeFrame() else { return }
        let frame = frames + Int(index) * stride
        (frame + Self.frameHeaderByteCount).copyMemory(from: page, byteCount: file.pageSize)
        _ = publish(index, as: reference)
    }

    private func publish(_ index: UInt32, as reference: PageReference) -> UnsafeRawPointer {
        let frame = frames + Int(index) * stride
        frame.storeBytes(of: reference.checksum, as: UInt64.self)
        frame.storeBytes(of: reference.page, toByteOffset: 8, as: UInt32.self)
        kith_atomic_store_flag((frame + 12).assumingMemoryBound(to: UInt32.self), 1)
        let start = setStart(of: reference.page)
        let entry = UInt64(reference.page) << 32 | UInt64(index + 1)
        return guardian.with {
            var target = -1
            for way in start..<start + 8 {
                let old = kith_atomic_load(table + way)
                if old == 0 {
                    if target < 0 { target = way }
                } else if UInt32(old >> 32) == reference.page {
                    let oldFrame = frames + (Int(UInt32(truncatingIfNeeded: old)) - 1) * stride
                    if oldFrame.load(as: UInt64.self) == reference.checksum {
                        // Another thread read the same page meanwhile.
                        giveBack(index)
                        return UnsafeRawPointer(oldFrame + Self.frameHeaderByteCount)
                    }
                    target = way
                    break
                }
            }
            if target < 0 {
                state.hand += 1
                target = start + state.hand % 8
            }
            let old = kith_atomic_load(table + target)
            kith_atomic_store(table + target, entry)
            if old != 0 { retire(UInt32(truncatingIfNeeded: old) - 1) }
            return UnsafeRawPointer(frame + Self.frameHeaderByteCount)
        }
    }
}

extension PagePool {
    /// A frame to fill. Waits for steps of other threads where all frames are in use.
    private func obtainFrame() throws(StorageError) -> UInt32 {
        for attempt in 0..<2_000 {
            if let frame = takeFreeFrame() { return frame }
            if attempt < 20 {
                sched_yield()
            } else if kith_step_current() <= kith_step_oldest(),
                let frame = guardian.with({ state.kept.popLast() })
            {
                return frame
            } else {
                usleep(500)
            }
        }
        throw .memoryBudgetExhausted
    }

    /// Notes the pages that the commit just written replaced, and forgets those that the commit
    /// before it replaced: only old snapshots look at them still, and their frames are warm.
    func forgetSuperseded(andNote pages: [UInt32]) {
        guardian.with {
            for page in state.superseded {
                let start = setStart(of: page)
                for way in start..<start + 8 {
                    let entry = kith_atomic_load(table + way)
                    guard entry != 0, UInt32(entry >> 32) == page else { continue }
                    kith_atomic_store(table + way, 0)
                    retire(UInt32(truncatingIfNeeded: entry) - 1)
                    break
                }
            }
            state.superseded.removeAll(keepingCapacity: true)
            if pages.count <= Self.supersededMax { state.superseded.append(contentsOf: pages) }
        }
    }

    private func takeFreeFrame() -> UInt32? {
        guardian.with {
            if state.retiredCount > 0, state.retired[state.retiredHead].stamp < kith_step_oldest() {
                // Warm memory goes before memory that nobody has touched yet.
                giveBackHead()
            }
            if state.freeCount == 0 {
                // A long queue makes it all but certain that its head's steps are over.
                let target = max(64, frameCount / 16)
                if state.retiredCount < target { retireSome(target - state.retiredCount) }
                let oldest = kith_step_oldest()
                while state.retiredCount > 0, state.freeCount < 32,
                    state.retired[state.retiredHead].stamp < oldest
                { giveBackHead() }
            }
            guard state.freeCount > 0 else { return nil }
            state.freeCount -= 1
            // Those that were in use lie on top.
            if state.freeCount < untouchedCount.load(ordering: .relaxed) {
                untouchedCount.store(state.freeCount, ordering: .relaxed)
            }
            let frame = state.free[state.freeCount]
            if frame >= state.frameWithoutMemory { obtainMemory(from: frame) }
            return frame
        }
    }

    /// Has the system give memory to this frame and those after it at once, which takes it less time
    /// than one by one, when each is touched.
    private func obtainMemory(from frame: UInt32) {
        let end = min(Int(frame) + Self.framesObtainedAtOnce, frameCount)
        state.frameWithoutMemory = UInt32(end)
        kith_obtain_memory(frames + Int(frame) * stride, (end - Int(frame)) * stride)
    }

    /// Gives the frame back that was taken out of the table first.
    private func giveBackHead() {
        giveBack(state.retired[state.retiredHead].frame)
        state.retiredHead = (state.retiredHead + 1) % frameCount
        state.retiredCount -= 1
    }

    private func giveBack(_ index: UInt32) {
        if Int(index) >= frameCount - keptFrameCount {
            state.kept.append(index)
        } else {
            state.free[state.freeCount] = index
            state.freeCount += 1
        }
    }

    /// Takes frames out of the table that were not used since the hand last came by.
    private func retireSome(_ count: Int) {
        var left = count
        var looks = (setMask + 1) * 8 * 2
        while left > 0, looks > 0 {
            looks -= 1
            state.hand = (state.hand + 1) % ((setMask + 1) * 8)
            let entry = kith_atomic_load(table + state.hand)
            guard entry != 0 else { continue }
            let index = UInt32(truncatingIfNeeded: entry) - 1
            let used = (frames + Int(index) * stride + 12).assumingMemoryBound(to: UInt32.self)
            if kith_atomic_load_flag(used) != 0 {
                kith_atomic_store_flag(used, 0)
                continue
            }
            kith_atomic_store(table + state.hand, 0)
            retire(index)
            left -= 1
        }
    }

    private func retire(_ index: UInt32) {
        let place = (state.retiredHead + state.retiredCount) % frameCount
        state.retired[place] = (frame: index, stamp: kith_step_advance())
        state.retiredCount += 1
    }
}
