/// A procedure's name, inputs and outputs.
public struct ProcedureSignature: Sendable {
    /// A named and typed input or output.
    public struct Field: Sendable {
        /// Its name.
        public let name: String
        /// What it may be.
        public let type: StaticType
        /// Whether it may be null.
        public let isNullable: Bool

        /// Makes a field.
        public init(_ name: String, _ type: StaticType, isNullable: Bool = true) {
            self.name = name
            self.type = type
            self.isNullable = isNullable
        }
    }

    /// The full name with its namespace.
    public let name: String
    /// The inputs, in order.
    public let inputs: [Field]
    /// How many inputs a call must give.
    public let requiredInputCount: Int
    /// The outputs, in order; empty for a procedure that only acts.
    public let outputs: [Field]
    /// Whether it may change the graph.
    public let isWriting: Bool
    /// The key of its last input, a map, that makes a call change the graph; nil where there is none.
    public let writingOption: String?
    /// One sentence for SHOW PROCEDURES.
    public let summary: String

    /// Makes a signature.
    public init(
        name: String, inputs: [Field], requiredInputCount: Int? = nil, outputs: [Field],
        isWriting: Bool = false, writingOption: String? = nil, summary: String = ""
    ) {
        self.name = name
        self.inputs = inputs
        self.requiredInputCount = requiredInputCount ?? inputs.count
        self.outputs = outputs
        self.isWriting = isWriting
        self.writingOption = writingOption
        self.summary = summary
    }
}
