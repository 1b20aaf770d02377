/// The functions that every database has.
///
/// A new function is one entry in the list of its family, and a new family one line here.
public enum FunctionLibrary {
    /// The scalar functions.
    public static let scalars: [ScalarFunction] = [
        GeneralFunctions.all,
        ConversionFunctions.all,
        EntityFunctions.all,
        PathFunctions.all,
        ListFunctions.all,
        StringFunctions.all,
        TrimFunctions.all,
        NumberFunctions.all,
        RoundingFunctions.all,
        TrigonometricFunctions.all,
        TemporalFunctions.all,
        MoneyFunctions.all,
    ].flatMap { $0 }

    /// The aggregating functions.
    public static let aggregates: [AggregateFunction] = [
        CountAccumulator.functions,
        SumAccumulator.functions,
        AverageAccumulator.functions,
        ExtremeAccumulator.functions,
        CollectAccumulator.functions,
        PercentileAccumulator.functions,
        DeviationAccumulator.functions,
    ].flatMap { $0 }
}

/// The functions that a statement may call: the library's and the program's own, by name without
/// regard to case.
public struct FunctionRegistry: Sendable {
    private var scalarsByName: [String: ScalarFunction] = [:]
    private var aggregatesByName: [String: AggregateFunction] = [:]

    /// Makes a registry of the library's functions and `extensions`, which win over equal names.
    public init(extensions: [ScalarFunction] = []) {
        for function in FunctionLibrary.scalars + extensions {
            scalarsByName[function.name.lowercased()] = function
        }
        for function in FunctionLibrary.aggregates {
            aggregatesByName[function.name.lowercased()] = function
        }
    }

    /// The registry of the library alone.
    public static let standard = FunctionRegistry()

    /// The scalar function of a name in any case.
    public func scalar(_ name: String) -> ScalarFunction? { scalarsByName[name.lowercased()] }

    /// The aggregating function of a name in any case.
    public func aggregate(_ name: String) -> AggregateFunction? {
        aggregatesByName[name.lowercased()]
    }

    /// Every function's name as documentation writes it, in alphabetical order.
    public var names: [String] {
        (scalarsByName.values.map { $0.name } + aggregatesByName.values.map { $0.name }).sorted()
    }

    /// Every scalar function, by name.
    public var scalars: [ScalarFunction] { scalarsByName.values.sorted { $0.name < $1.name } }

    /// Every aggregating function, by name.
    public var aggregates: [AggregateFunction] {
        aggregatesByName.values.sorted { $0.name < $1.name }
    }
}
