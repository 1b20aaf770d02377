/// What a regular expression compiles to.
struct TextPatternProgram: Sendable {
    /// One step. Places are positions in ``instructions``.
    enum Instruction: Sendable {
        /// Consumes this scalar.
        case scalar(UInt32)
        /// Consumes a scalar whose folded form this is.
        case foldedScalar(UInt32)
        /// Consumes any scalar but the end of a line.
        case anyButLineEnd
        /// Consumes any scalar.
        case any
        /// Consumes a scalar of the set with this number.
        case set(Int)
        /// Goes on at `first`, and if that fails at `second`. Splits are numbered from 0.
        case split(first: Int, second: Int, number: Int)
        /// Goes on at a place.
        case jump(Int)
        /// Remembers the position in a register.
        case save(register: Int)
        /// Goes on at `start`, but behind this instruction if nothing was consumed since the
        /// register was saved, so that loops over nothing end.
        case loop(register: Int, start: Int)
        /// Fails unless the condition holds.
        case assertion(TextPatternAssertion)
        /// Consumes what a group has consumed.
        case backreference(group: Int, ignoresCase: Bool)
        /// Tries the instructions that follow, up to `accept`, and goes on at `end` without having
        /// consumed anything. Behind: they must end here and begin up to `widthMax` scalars before.
        case look(isBehind: Bool, isNegative: Bool, widthMin: Int, widthMax: Int, end: Int)
        /// Tries the instructions that follow, up to `accept`, once, and goes on at `end`.
        case atomic(end: Int)
        /// The end of the program or of a part of it.
        case accept
    }

    var instructions: [Instruction] = []
    var sets: [IndexedScalarSet] = []
    var splitCount = 0
    /// Where groups are referred to, the first two for each are its start and end; those of loops
    /// follow.
    var registerCount = 0
    /// Whether what happens from an instruction and a position on depends on nothing else, so that
    /// neither needs to be tried twice.
    var isMemoryless = true
}
