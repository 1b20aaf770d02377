import KithValues

extension Column {
    /// The same column over `count` slots with some slots' values replaced.
    ///
    /// `cleared` lists slots that lose their value first; `changes` are in no particular order.
    func patched(
        count newCount: Int, clearing cleared: [Int], changes: [(slot: Int, value: Value)]
    ) -> Column {
        guard newCount != count || !cleared.isEmpty || !changes.isEmpty else { return self }
        var target = layout
        var addedBytes = 0
        for change in changes {
            let own = Column.layout(of: change.value)
            if own == .null { continue }
            if case .string(let text) = change.value { addedBytes += text.utf8.count }
            if target == .null { target = own } else if target != own { target = .tagged }
        }
        let baseBytes = layout == .string ? stringByteCount : 0
        if target == .tagged || baseBytes + addedBytes > Int(UInt32.max) {
            return patchedAsTagged(count: newCount, clearing: cleared, changes: changes)
        }
        if target == .null { return ColumnDraft.nulls(count: newCount) }
        let draft = ColumnDraft(
            target, count: newCount, hasValidity: true, stringByteCount: baseBytes + addedBytes)
        let kept = min(count, newCount)
        if layout == target { copyValues(into: draft, count: kept, byteCount: baseBytes) }
        for slot in cleared where slot < newCount { draft.clear(slot) }
        var byteOffset = baseBytes
        for change in changes where change.slot < newCount {
            if change.value.isNull {
                draft.clear(change.slot)
            } else {
                draft.store(change.value, at: change.slot, byteOffset: &byteOffset)
            }
        }
        return draft.finish()
    }

    private func patchedAsTagged(
        count newCount: Int, clearing cleared: [Int], changes: [(slot: Int, value: Value)]
    ) -> Column {
        var values = (0..<newCount).map { value(at: $0) }
        for slot in cleared where slot < newCount { values[slot] = .null }
        for change in changes where change.slot < newCount { values[change.slot] = change.value }
        return Column.make(values)
    }

    /// The bytes that the strings of this column reach up to.
    var stringByteCount: Int {
        var end = 0
        for slot in 0..<count {
            end = max(end, Int(stringStarts[slot]) + Int(stringLengths[slot]))
        }
        return end
    }

    /// Whether most bytes of strings still belong to a slot: each change leaves those of the former value
    /// behind.
    var isCompact: Bool {
        guard layout == .string else { return true }
        var used = 0
        for slot in 0..<count { used += Int(stringLengths[slot]) }
        return stringByteCount <= used * 2
    }

    private func copyValues(into draft: ColumnDraft, count kept: Int, byteCount: Int) {
        if let valid = draft.validity {
            if let validity {
                valid.update(from: validity, count: SlotSet.wordCount)
                for slot in kept..<max(kept, count) {
                    valid[slot &>> 6] &= ~(1 &<< UInt64(slot & 63))
                }
            } else {
                let all = SlotSet(firstSlots: kept)
                for word in 0..<SlotSet.wordCount { valid[word] = all[word: word] }
            }
        }
        switch layout {
        case .null, .tagged: break
        case .integer, .date: draft.integers.update(from: integers, count: kept)
        case .float: draft.floats.update(from: floats, count: kept)
        case .boolean: draft.booleans.update(from: booleans, count: kept)
        case .string:
            draft.stringStarts.update(from: stringStarts, count: kept)
            draft.stringLengths.update(from: stringLengths, count: kept)
            draft.stringBytes.update(from: stringBytes, count: byteCount)
        }
    }
}

extension ColumnDraft {
    /// Takes a slot's value away.
    fileprivate func clear(_ slot: Int) {
        guard let validity else { return }
        validity[slot &>> 6] &= ~(1 &<< UInt64(slot & 63))
        switch layout {
        case .null, .tagged: break
        case .integer, .date: integers[slot] = 0
        case .float: floats[slot] = 0
        case .boolean: booleans[slot] = 0
        case .string: stringLengths[slot] = 0
        }
    }
}
