import KithGraph
import KithValues

/// Strings that nobody looks at: their numbers, or whether they are one text, by the columns' dictionaries.
extension PropertyGatherer {
    /// The numbers of the strings that the rows have under `key`, written to `target`, and what they
    /// stand for; nil where the rows are not of a kind for which there are numbers.
    func gatherNumbers(
        _ key: PropertyKeyID, of entities: Vector, into target: UnsafeMutablePointer<UInt32>,
        _ context: ExecutionContext
    ) throws(QueryError) -> StringDictionary? {
        let count = entities.count
        guard !refusesNumbers, !entities.isConstant, entities.validity == nil, count > 0 else {
            return nil
        }
        beginNumbers(context)
        if entities.chunk == nil, let dictionary, let pages, pages.version == context.graphVersion,
            pages.key == key, pages.kind == (entities.layout == .node ? .node : .relationship),
            pages.gather(entities.ids, count: count, into: target)
        {
            return dictionary
        }
        if isShortOfMemory(for: entities, context) {
            refusesNumbers = true
            return nil
        }
        let table = table(for: key, of: entities, context)
        let known = try table.survey(
            entities.ids, count: count, known: entities.chunk, context)
        guard let survey = known else {
            refusesNumbers = true
            return nil
        }
        let layouts = survey.traits.intersection(.layouts)
        guard layouts == .string || layouts == [] else { return nil }
        let dictionary = self.dictionary ?? StringDictionary()
        self.dictionary = dictionary
        guard table.number(entities.ids, count: count, chunk: survey.chunk, by: dictionary) else {
            refusesNumbers = true
            return nil
        }
        if survey.chunk == nil { notePages(entities, table, context) }
        let ids = entities.ids
        var row = 0
        if survey.traits.contains(.partial) {
            while row < count {
                target[row] = table.hasValue(ids[row]) ? table.stringNumber(ids[row]) : 0
                row &+= 1
            }
        } else if let chunk = survey.chunk, let codes = table.places[chunk].codes,
            let numbers = table.places[chunk].numbers
        {
            while row < count {
                target[row] = numbers[Int(codes[Int(truncatingIfNeeded: ids[row] & 2_047)])]
                row &+= 1
            }
        } else {
            while row < count {
                target[row] = table.stringNumber(ids[row])
                row &+= 1
            }
        }
        return dictionary
    }

    /// Whether each row's string under `key` is `text`, as truth codes; nil where the rows are not of a kind
    /// for which that is known without looking at the strings.
    func equalityCodes(
        _ key: PropertyKeyID, of entities: Vector, with text: StringView,
        _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8]? {
        let count = entities.count
        guard !refusesEquality, !entities.isConstant, entities.validity == nil,
            count > PropertyBuffer.countMax, !isShortOfMemory(for: entities, context)
        else { return nil }
        let table = table(for: key, of: entities, context)
        let known = try table.survey(
            entities.ids, count: count, known: entities.chunk, context)
        guard let survey = known, survey.traits.intersection(.layouts) == .string else {
            refusesEquality = known == nil
            return nil
        }
        let codes = table.equalityCodes(
            entities.ids, count: count, text, isWhole: !survey.traits.contains(.partial))
        refusesEquality = codes == nil
        return codes
    }

    /// Keeps the numbers of the chunks that rows in random order come from, where they are many.
    private func notePages(
        _ entities: Vector, _ table: ColumnTable, _ context: ExecutionContext
    ) {
        scatteredRows += entities.count
        guard context.graph.isSnapshot, scatteredRows >= Self.scatteredRowsMin else { return }
        if pages?.version != table.version || pages?.key != table.key || pages?.kind != table.kind {
            pages = StringNumberPages(table, state: context.graph.stateNumber)
            numbersBudgetInBytes = context.graph.decodedBudgetInBytes
        }
        pages?.add(entities.ids, count: entities.count, of: table)
    }

    /// From so many rows in random order on.
    private static let scatteredRowsMin = 8_192
}
