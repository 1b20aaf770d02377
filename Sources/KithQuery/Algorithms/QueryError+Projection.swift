import KithGraph
import KithLanguage

extension QueryError {
    /// Why a projection cannot be made, with the names that may have been meant.
    public init(projectionError error: ProjectionError, _ catalog: Catalog) {
        var type = "ArgumentError"
        var detail = "InvalidArgumentValue"
        var hint: String?
        var suggestions: [String] = []
        switch error {
        case .graph(let error):
            self.init(graphError: error)
            return
        case .stopped: (type, detail) = ("ResourceError", "Cancelled")
        case .unknownLabel(let name):
            suggestions = Suggestions.nearest(to: name, among: catalog.labelNames)
        case .unknownType(let name):
            suggestions = Suggestions.nearest(to: name, among: catalog.relationshipTypeNames)
        case .unknownProperty(let name):
            suggestions = Suggestions.nearest(to: name, among: catalog.propertyKeyNames)
        case .missingWeight: hint = "Give such relationships a weight by `defaultWeight`."
        case .weightIsNoNumber: (type, detail) = ("TypeError", "InvalidArgumentType")
        case .weightIsNotFinite: break
        case .tooManyNodes: (type, detail) = ("ResourceError", "LimitExceeded")
        }
        self.init(
            type: type, detail: detail, phase: .runtime, message: error.message, hint: hint,
            suggestions: suggestions)
    }
}
