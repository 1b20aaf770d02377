import KithGraph
import KithLanguage
import KithValues

/// `subject.key`.
///
/// Properties of nodes and relationships are gathered from the decoded columns of their chunks;
/// maps and temporal values are asked one by one.
final class PropertyExpression: VectorExpression {
    private let subject: VectorExpression
    private let key: String
    private var gatherer: PropertyGatherer?
    /// The number of the key in the catalog of that version.
    private var known: (catalogVersion: UInt64, id: PropertyKeyID?)?

    init(_ subject: VectorExpression, key: String, span: SourceSpan?) {
        self.subject = subject
        self.key = key
        super.init(span: span)
    }

    private func keyID(_ context: ExecutionContext) -> PropertyKeyID? {
        let version = context.graph.catalogVersion
        if let known, known.catalogVersion == version { return known.id }
        let id = context.graph.catalog.propertyKey(key)
        known = (version, id)
        return id
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let vector = try subject.evaluate(batch, context)
        switch vector.layout {
        case .null: return .nulls(count: batch.count)
        case .node, .relationship:
            if context.hasDeleted { try EntityReading.checkAlive(vector, context, span: span) }
            guard let keyID = keyID(context) else { return .nulls(count: batch.count) }
            let gatherer = self.gatherer ?? PropertyGatherer()
            self.gatherer = gatherer
            return try gatherer.gather(keyID, of: vector, context)
        default:
            if let values = valuesOfMaps(vector) { return .of(values) }
            var values: [Value] = []
            values.reserveCapacity(batch.count)
            var place = 0
            for row in 0..<batch.count {
                if vector.layout == .tagged,
                    case .map(let map) = vector.values[vector.isConstant ? 0 : row]
                {
                    values.append(map.value(of: key, near: &place) ?? .null)
                    continue
                }
                values.append(
                    try EntityReading.property(
                        key, of: vector.value(at: row), context, span: span))
            }
            return .of(values)
        }
    }

    override func evaluateValues(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        if let variable = (subject as? VariableReference)?.variable,
            let values = valuesOfMaps(batch[variable])
        {
            return Vector(tagged: values, count: values.count)
        }
        return try evaluate(batch, context)
    }

    /// The values under the key, where all rows are maps.
    private func valuesOfMaps(_ vector: Vector) -> [Value]? {
        guard vector.layout == .tagged, !vector.isConstant, vector.count > 0 else { return nil }
        var place = 0
        let values = [Value](unsafeUninitializedCapacity: vector.count) { target, initialized in
            vector.values.withUnsafeBufferPointer { maps in
                for row in maps.indices {
                    guard case .map(let map) = maps[row] else { return }
                    target.initializeElement(
                        at: row, to: map.value(of: key, near: &place) ?? .null)
                    initialized = row + 1
                }
            }
        }
        return values.count == vector.count ? values : nil
    }

    override func evaluateNumbers(
        _ batch: Batch, into target: UnsafeMutablePointer<UInt32>, _ context: ExecutionContext
    ) throws(QueryError) -> StringDictionary? {
        guard let (entities, keyID, gatherer) = reading(batch, context) else { return nil }
        return try gatherer.gatherNumbers(keyID, of: entities, into: target, context)
    }

    /// Whether the property of each row is `text`, as truth codes; nil where ``evaluate(_:_:)`` is the way to
    /// find out.
    func equalityCodes(
        _ batch: Batch, with text: StringView, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8]? {
        guard let (entities, keyID, gatherer) = reading(batch, context) else { return nil }
        return try gatherer.equalityCodes(keyID, of: entities, with: text, context)
    }

    /// What to read, where the subject is a variable that holds nodes or relationships.
    private func reading(
        _ batch: Batch, _ context: ExecutionContext
    ) -> (entities: Vector, key: PropertyKeyID, gatherer: PropertyGatherer)? {
        guard !context.hasDeleted, let variable = (subject as? VariableReference)?.variable else {
            return nil
        }
        let vector = batch[variable]
        guard vector.layout == .node || vector.layout == .relationship,
            let keyID = keyID(context)
        else { return nil }
        let gatherer = self.gatherer ?? PropertyGatherer()
        self.gatherer = gatherer
        return (vector, keyID, gatherer)
    }
}
