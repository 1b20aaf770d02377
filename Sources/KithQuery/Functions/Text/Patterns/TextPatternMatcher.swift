import KithValues

/// Runs the program of a regular expression over one text, trying one way after the other.
///
/// Where it can it remembers which splits it has met at which positions, and meets none twice, so
/// that the work is bounded. What is left to try is kept in an array, not on the thread's stack;
/// only groups that are matched by themselves (look-around, atomic) call ``run(from:at:endingAt:)``
/// again, and these nest no deeper than the pattern.
struct TextPatternMatcher {
    /// Something to do when the present way fails: to go on elsewhere, or to restore a register.
    private struct Retreat {
        /// An instruction, or the complement of a register's number.
        let place: Int
        /// A position in the text, or the register's value.
        let position: Int
    }

    let program: TextPatternProgram
    let bytes: UnsafeBufferPointer<UInt8>
    private var retreats: [Retreat] = []
    private var registers: [Int]
    private var visited: [UInt64] = []
    private var stepsLeft: Int

    /// The most bits that are spent on remembering; beyond that the limit of steps has to do.
    private static let visitedBitCountMax = 1 << 28

    init(
        _ program: TextPatternProgram, _ bytes: UnsafeBufferPointer<UInt8>, stepCountMax: Int
    ) {
        self.program = program
        self.bytes = bytes
        registers = Array(repeating: -1, count: program.registerCount)
        stepsLeft = stepCountMax
        let (bits, overflow) = program.splitCount.multipliedReportingOverflow(by: bytes.count + 1)
        if program.isMemoryless && !overflow && bits <= Self.visitedBitCountMax {
            visited = Array(repeating: 0, count: (bits + 63) / 64)
        }
    }

    /// Whether the program matches all of the text.
    mutating func matchesWhole() throws(ValueError) -> Bool {
        try run(from: 0, at: 0, endingAt: bytes.count) != nil
    }

    /// Gives where the text ends that is matched from `start` on; nil if none is, or if it can only
    /// end elsewhere than at `required`.
    mutating func run(
        from start: Int, at begin: Int, endingAt required: Int?
    ) throws(ValueError) -> Int? {
        let base = retreats.count
        var place = start
        var position = begin
        while true {
            stepsLeft -= 1
            guard stepsLeft >= 0 else {
                throw ValueError(
                    .resourceError, "TooManySteps",
                    "the regular expression takes too many steps on this text")
            }
            var isAlive = true
            switch program.instructions[place] {
            case .split(let first, let second, let number):
                isAlive = visit(number, position)
                if isAlive {
                    retreats.append(Retreat(place: second, position: position))
                    place = first
                }
            case .jump(let target): place = target
            case .save(let register):
                set(register, position)
                place += 1
            case .loop(let register, let loopStart):
                place = registers[register] == position ? place + 1 : loopStart
            case .accept:
                if required == nil || required == position {
                    keepRestorations(from: base)
                    return position
                }
                isAlive = false
            case .atomic(let end):
                if let reached = try run(from: place + 1, at: position, endingAt: nil) {
                    (place, position) = (end, reached)
                } else {
                    isAlive = false
                }
            case .look(let isBehind, let isNegative, let widthMin, let widthMax, let end):
                let isFound =
                    isBehind
                    ? try looksBehind(place + 1, position, widthMin, widthMax)
                    : try run(from: place + 1, at: position, endingAt: nil) != nil
                isAlive = isFound != isNegative
                place = end
            case .assertion(let assertion):
                isAlive = holds(assertion, at: position)
                place += 1
            case .backreference(let group, let ignoresCase):
                isAlive = consumeGroup(group, ignoresCase, &position)
                place += 1
            case let consuming:
                isAlive = consume(consuming, &position)
                place += 1
            }
            if isAlive { continue }
            guard let next = retreat(to: base) else { return nil }
            (place, position) = (next.place, next.position)
        }
    }

    /// Consumes one scalar if the instruction takes it.
    private func consume(_ instruction: TextPatternProgram.Instruction, _ position: inout Int)
        -> Bool
    {
        guard position < bytes.count else { return false }
        let (scalar, length) = ScalarDecoder.scalar(in: bytes, at: position)
        let isTaken: Bool
        switch instruction {
        case .scalar(let expected): isTaken = scalar == expected
        case .foldedScalar(let expected):
            isTaken = scalar == expected || CaseMapping.folded(scalar) == expected
        case .anyButLineEnd: isTaken = !ScalarDecoder.isLineEnd(scalar)
        case .any: isTaken = true
        case .set(let number): isTaken = program.sets[number].contains(scalar)
        default: preconditionFailure("only these instructions consume a scalar")
        }
        if isTaken { position += length }
        return isTaken
    }

    /// Whether a split has not been met at a position before.
    private mutating func visit(_ split: Int, _ position: Int) -> Bool {
        if visited.isEmpty { return true }
        let bit = split * (bytes.count + 1) + position
        let mask: UInt64 = 1 << UInt64(bit & 63)
        if visited[bit >> 6] & mask != 0 { return false }
        visited[bit >> 6] |= mask
        return true
    }

    private mutating func set(_ register: Int, _ position: Int) {
        retreats.append(Retreat(place: ~register, position: registers[register]))
        registers[register] = position
    }

    /// Undoes what was done since the last other way, and gives that way; nil if there is none
    /// above `base`.
    private mutating func retreat(to base: Int) -> Retreat? {
        while retreats.count > base, let last = retreats.popLast() {
            if last.place >= 0 { return last }
            registers[~last.place] = last.position
        }
        return nil
    }

    /// Forgets the other ways above `base`, but not what they would have to undo.
    private mutating func keepRestorations(from base: Int) {
        var kept = base
        for index in base..<retreats.count where retreats[index].place < 0 {
            retreats[kept] = retreats[index]
            kept += 1
        }
        retreats.removeLast(retreats.count - kept)
    }

    private mutating func looksBehind(
        _ place: Int, _ position: Int, _ widthMin: Int, _ widthMax: Int
    ) throws(ValueError) -> Bool {
        var begin = position
        var width = 0
        while true {
            if width >= widthMin, try run(from: place, at: begin, endingAt: position) != nil {
                return true
            }
            guard width < widthMax, begin > 0 else { return false }
            begin = ScalarDecoder.position(before: begin, in: bytes)
            width += 1
        }
    }
}

extension TextPatternMatcher {
    private mutating func consumeGroup(
        _ group: Int, _ ignoresCase: Bool, _ position: inout Int
    ) -> Bool {
        let start = registers[group * 2]
        let end = registers[group * 2 + 1]
        guard start >= 0, end >= start else { return false }
        var expected = start
        while expected < end {
            guard position < bytes.count else { return false }
            let (wanted, wantedLength) = ScalarDecoder.scalar(in: bytes, at: expected)
            let (scalar, length) = ScalarDecoder.scalar(in: bytes, at: position)
            let isEqual =
                scalar == wanted
                || ignoresCase && CaseMapping.folded(scalar) == CaseMapping.folded(wanted)
            guard isEqual else { return false }
            expected += wantedLength
            position += length
        }
        return true
    }

    private func holds(_ assertion: TextPatternAssertion, at position: Int) -> Bool {
        switch assertion {
        case .textStart: return position == 0
        case .textEnd: return position == bytes.count
        case .textEndOrFinalLineEnd:
            return position == bytes.count
                || ScalarDecoder.lineEndLength(in: bytes, at: position) == bytes.count - position
                    && !isWithinLineEnd(position)
        case .lineStart:
            // As in Java, the end of the text begins no line.
            return position == 0
                || position < bytes.count && isAfterLineEnd(position) && !isWithinLineEnd(position)
        case .lineEnd:
            return position == bytes.count
                || ScalarDecoder.lineEndLength(in: bytes, at: position) > 0
                    && !isWithinLineEnd(position)
        case .wordBoundary: return isWord(before: position) != isWord(at: position)
        case .notWordBoundary: return isWord(before: position) == isWord(at: position)
        }
    }

    private func isAfterLineEnd(_ position: Int) -> Bool {
        let before = ScalarDecoder.position(before: position, in: bytes)
        return ScalarDecoder.isLineEnd(ScalarDecoder.scalar(in: bytes, at: before).scalar)
    }

    /// Between a carriage return and its line feed.
    private func isWithinLineEnd(_ position: Int) -> Bool {
        position > 0 && position < bytes.count && bytes[position - 1] == 0x0D
            && bytes[position] == 0x0A
    }

    private func isWord(before position: Int) -> Bool {
        position > 0 && isWord(at: ScalarDecoder.position(before: position, in: bytes))
    }

    private func isWord(at position: Int) -> Bool {
        guard position < bytes.count else { return false }
        return ScalarSet.unicodeWords.contains(
            ScalarDecoder.scalar(in: bytes, at: position).scalar)
    }
}
