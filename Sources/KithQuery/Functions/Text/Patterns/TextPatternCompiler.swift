import KithValues

/// Makes a program of the tree of a regular expression.
struct TextPatternCompiler {
    private var program = TextPatternProgram()
    /// Whether anything asks what a group has matched.
    private let remembersGroups: Bool

    private init(remembersGroups: Bool) {
        self.remembersGroups = remembersGroups
    }

    static func compile(
        _ tree: TextPatternNode, _ parser: TextPatternParser
    ) throws(ValueError) -> TextPatternProgram {
        var compiler = TextPatternCompiler(remembersGroups: parser.hasBackreferences)
        if parser.hasBackreferences {
            compiler.program.registerCount = (parser.groupCount + 1) * 2
        }
        try compiler.emit(tree)
        try compiler.append(.accept)
        return compiler.program
    }

    private var end: Int { program.instructions.count }

    private mutating func append(_ instruction: TextPatternProgram.Instruction) throws(ValueError) {
        guard end < FunctionLimits.patternInstructionCountMax else {
            throw .invalidArgument("the regular expression is too large")
        }
        program.instructions.append(instruction)
    }

    private mutating func emit(_ node: TextPatternNode) throws(ValueError) {
        switch node {
        case .scalar(let scalar, let ignoresCase):
            try append(ignoresCase ? .foldedScalar(scalar) : .scalar(scalar))
        case .any(let includesLineEnds): try append(includesLineEnds ? .any : .anyButLineEnd)
        case .set(let set):
            program.sets.append(IndexedScalarSet(set))
            try append(.set(program.sets.count - 1))
        case .sequence(let parts):
            for part in parts { try emit(part) }
        case .alternatives(let choices): try emitAlternatives(choices)
        case .capture(let inner, let group):
            guard remembersGroups else {
                try emit(inner)
                return
            }
            try append(.save(register: group * 2))
            try emit(inner)
            try append(.save(register: group * 2 + 1))
        case .atomic(let inner):
            program.isMemoryless = false
            let start = end
            try append(.atomic(end: 0))
            try emit(inner)
            try append(.accept)
            program.instructions[start] = .atomic(end: end)
        case .repeated(let inner, let min, let max, let isGreedy):
            try emitRepeated(inner, min: min, max: max, isGreedy: isGreedy)
        case .assertion(let assertion): try append(.assertion(assertion))
        case .look(let inner, let isBehind, let isNegative):
            try emitLook(inner, isBehind: isBehind, isNegative: isNegative)
        case .backreference(let group, let ignoresCase):
            program.isMemoryless = false
            try append(.backreference(group: group, ignoresCase: ignoresCase))
        }
    }

    private mutating func emitLook(
        _ inner: TextPatternNode, isBehind: Bool, isNegative: Bool
    ) throws(ValueError) {
        program.isMemoryless = false
        let start = end
        try append(.accept)
        try emit(inner)
        try append(.accept)
        let width = inner.width
        program.instructions[start] = .look(
            isBehind: isBehind, isNegative: isNegative, widthMin: width.min,
            widthMax: width.max ?? 0, end: end)
    }

    private mutating func emitAlternatives(_ choices: [TextPatternNode]) throws(ValueError) {
        var jumps: [Int] = []
        for choice in choices.dropLast() {
            let split = try appendSplit()
            try emit(choice)
            jumps.append(end)
            try append(.jump(0))
            setSplit(split, body: split + 1, exit: end, prefersBody: true)
        }
        if let last = choices.last { try emit(last) }
        for jump in jumps { program.instructions[jump] = .jump(end) }
    }

    private mutating func emitRepeated(
        _ inner: TextPatternNode, min: Int, max: Int?, isGreedy: Bool
    ) throws(ValueError) {
        for _ in 0..<min {
            let start = end
            try emit(inner)
            // Nothing stays nothing, however often.
            if end == start { return }
        }
        guard let max else {
            try emitLoop(inner, isGreedy: isGreedy)
            return
        }
        var splits: [Int] = []
        for _ in min..<max {
            let split = try appendSplit()
            try emit(inner)
            splits.append(split)
            if end == split + 1 { break }
        }
        for split in splits { setSplit(split, body: split + 1, exit: end, prefersBody: isGreedy) }
    }

    private mutating func emitLoop(
        _ inner: TextPatternNode, isGreedy: Bool
    ) throws(ValueError) {
        let split = try appendSplit()
        if inner.width.min == 0 {
            let register = program.registerCount
            program.registerCount += 1
            try append(.save(register: register))
            try emit(inner)
            try append(.loop(register: register, start: split))
        } else {
            try emit(inner)
            try append(.jump(split))
        }
        setSplit(split, body: split + 1, exit: end, prefersBody: isGreedy)
    }

    private mutating func appendSplit() throws(ValueError) -> Int {
        try append(.jump(0))
        return end - 1
    }

    private mutating func setSplit(_ split: Int, body: Int, exit: Int, prefersBody: Bool) {
        program.instructions[split] = .split(
            first: prefersBody ? body : exit, second: prefersBody ? exit : body,
            number: program.splitCount)
        program.splitCount += 1
    }
}
