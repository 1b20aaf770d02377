import Glibc
import KithValues

extension Column {
    /// The same column over `count` slots with changes applied.
    func patched(count newCount: Int, by changes: ColumnChanges) -> Column {
        var target = layout
        var addedBytes = 0
        var hasChanges = newCount != count
        changes.forEachCleared { if $0 < count { hasChanges = true } }
        changes.forEachValue { _, value in
            hasChanges = true
            let own = Column.layout(of: value)
            if own == .null { return }
            if case .string(let text) = value { addedBytes += text.utf8.count }
            if target == .null { target = own } else if target != own { target = .tagged }
        }
        guard hasChanges else { return self }
        let baseBytes = layout == .string ? stringByteCount : 0
        if target == .tagged || baseBytes + addedBytes > Int(UInt32.max) {
            return patchedAsTagged(count: newCount, by: changes)
        }
        if target == .null { return ColumnDraft.nulls(count: newCount) }
        let draft = ColumnDraft(
            target, count: newCount, hasValidity: true, stringByteCount: baseBytes + addedBytes)
        let kept = min(count, newCount)
        if layout == target { copyValues(into: draft, count: kept, byteCount: baseBytes) }
        changes.forEachCleared { if $0 < kept { draft.clear($0) } }
        var byteOffset = baseBytes
        changes.forEachValue { slot, value in
            if slot >= newCount { return }
            if value.isNull {
                draft.clear(slot)
            } else {
                draft.store(value, at: slot, byteOffset: &byteOffset)
            }
        }
        return draft.finish()
    }

    private func patchedAsTagged(count newCount: Int, by changes: ColumnChanges) -> Column {
        var values = (0..<newCount).map { value(at: $0) }
        changes.forEachCleared { if $0 < newCount { values[$0] = .null } }
        changes.forEachValue { slot, value in if slot < newCount { values[slot] = value } }
        return Column.make(values)
    }

    /// Whether a slot has this value, to the last bit.
    func holds(_ value: Value, at slot: Int) -> Bool {
        guard case .string(var text) = value, layout == .string, hasValue(slot) else {
            return GraphWriter.isSame(self.value(at: slot), value)
        }
        let own = stringBuffer(slot)
        return text.withUTF8 { utf8 in
            guard utf8.count == own.count, let base = utf8.baseAddress,
                let ownBase = own.baseAddress
            else { return utf8.isEmpty && own.isEmpty }
            return memcmp(base, ownBase, own.count) == 0
        }
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
