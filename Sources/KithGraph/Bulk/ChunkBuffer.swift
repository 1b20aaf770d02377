import KithValues

/// One property of the chunk being filled.
final class ChunkBuffer {
    private var layout = Column.Layout.null
    private var count = 0
    private let words: UnsafeMutablePointer<UInt64>
    private var lengths: [UInt32] = []
    private var bytes: [UInt8] = []
    private var tagged: [Value] = []
    private var present = SlotSet()

    init() { words = .allocate(capacity: GraphLimits.slotsPerChunk) }

    deinit { words.deallocate() }

    func removeAll() {
        layout = .null
        count = 0
        lengths.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        tagged.removeAll(keepingCapacity: true)
        present = SlotSet()
    }

    /// Makes every slot up to `slot` null that was not given.
    func pad(to slot: Int) {
        guard count < slot else { return }
        switch layout {
        case .null: break
        case .integer, .float, .boolean, .date:
            (words + count).update(repeating: 0, count: slot - count)
        case .string: lengths.append(contentsOf: repeatElement(0, count: slot - count))
        case .tagged: tagged.append(contentsOf: repeatElement(.null, count: slot - count))
        }
        count = slot
    }

    /// Makes room for values of a layout: the chunk's own, or tagged where both do not go together.
    private func adopt(_ incoming: Column.Layout) {
        if layout == incoming || layout == .tagged { return }
        if layout == .null {
            layout = incoming
            let slots = count
            count = 0
            pad(to: slots)
            return
        }
        let column = finish()
        tagged = (0..<count).map { column.value(at: $0) }
        layout = .tagged
        lengths = []
        bytes = []
    }

    /// Appends rows of a batch, in their order.
    func append(_ column: BulkColumn, from start: Int, count added: Int) {
        let end = start + added
        if let flags = column.validity {
            for row in start..<end where flags[row] != 0 { present.insert(count + row - start) }
        } else {
            for slot in count..<count + added { present.insert(slot) }
        }
        switch column.values {
        case .integers(let numbers): append(numbers, .integer, start, added, column)
        case .dates(let numbers): append(numbers, .date, start, added, column)
        case .floats(let numbers):
            adopt(.float)
            if layout == .tagged { return appendTagged(column, start, added) }
            numbers.withUnsafeBytes { buffer in
                let source = buffer.bindMemory(to: UInt64.self)
                if let base = source.baseAddress {
                    (words + count).update(from: base + start, count: added)
                }
            }
            count += added
        case .booleans(let flags):
            adopt(.boolean)
            if layout == .tagged { return appendTagged(column, start, added) }
            for row in start..<end { words[count + row - start] = UInt64(flags[row]) }
            count += added
        case .strings(let offsets, let text):
            let addedBytes = Int(offsets[end] - offsets[start])
            adopt(
                bytes.count + addedBytes > GraphLimits.segmentLengthMaxInBytes ? .tagged : .string)
            if layout == .tagged { return appendTagged(column, start, added) }
            for row in start..<end { lengths.append(offsets[row + 1] - offsets[row]) }
            text.withUnsafeBufferPointer { buffer in
                bytes.append(contentsOf: buffer[Int(offsets[start])..<Int(offsets[end])])
            }
            count += added
        case .values:
            adopt(.tagged)
            appendTagged(column, start, added)
        }
    }

    private func append(
        _ numbers: [Int64], _ incoming: Column.Layout, _ start: Int, _ added: Int,
        _ column: BulkColumn
    ) {
        adopt(incoming)
        if layout == .tagged { return appendTagged(column, start, added) }
        numbers.withUnsafeBytes { buffer in
            let source = buffer.bindMemory(to: UInt64.self)
            if let base = source.baseAddress {
                (words + count).update(from: base + start, count: added)
            }
        }
        count += added
    }

    private func appendTagged(_ column: BulkColumn, _ start: Int, _ added: Int) {
        for row in start..<start + added { tagged.append(column.value(at: row)) }
        count += added
    }

    /// Appends some rows of a loaded column.
    func append(_ column: LoadedColumn, rows: UnsafeBufferPointer<UInt32>) {
        adopt(column.layout)
        if column.layout == .null {
            pad(to: count + rows.count)
            return
        }
        if column.validity.isEmpty {
            for slot in count..<count + rows.count { present.insert(slot) }
        } else {
            for (index, row) in rows.enumerated() where column.validity[Int(row)] != 0 {
                present.insert(count + index)
            }
        }
        if layout == .tagged {
            for row in rows { tagged.append(column.value(at: Int(row))) }
        } else if layout == .string {
            column.ends.withUnsafeBufferPointer { ends in
                column.bytes.withUnsafeBufferPointer { text in
                    for row in rows {
                        let start = row == 0 ? 0 : ends[Int(row) - 1]
                        let end = ends[Int(row)]
                        lengths.append(UInt32(end - start))
                        bytes.append(contentsOf: text[start..<end])
                    }
                }
            }
        } else {
            column.words.withUnsafeBufferPointer { source in
                var slot = count
                for row in rows {
                    words[slot] = source[Int(row)]
                    slot &+= 1
                }
            }
        }
        count += rows.count
    }

    /// The column of what was appended.
    func finish() -> Column {
        if layout == .tagged { return Column.make(tagged) }
        if layout == .null { return ColumnDraft.nulls(count: count) }
        let isFull = present == SlotSet(firstSlots: count)
        let draft = ColumnDraft(
            layout, count: count, hasValidity: !isFull, stringByteCount: bytes.count)
        if let validity = draft.validity {
            for word in 0..<SlotSet.wordCount { validity[word] = present[word: word] }
        }
        switch layout {
        case .null, .tagged: break
        case .integer, .float, .date:
            UnsafeMutableRawPointer(draft.integers).copyMemory(from: words, byteCount: count * 8)
        case .boolean: for slot in 0..<count { draft.booleans[slot] = words[slot] == 0 ? 0 : 1 }
        case .string:
            var start: UInt32 = 0
            for slot in 0..<count {
                draft.stringStarts[slot] = start
                draft.stringLengths[slot] = lengths[slot]
                start += lengths[slot]
            }
            bytes.withUnsafeBufferPointer { source in
                if let base = source.baseAddress {
                    draft.stringBytes.update(from: base, count: source.count)
                }
            }
        }
        return draft.finish()
    }
}
