import Testing

@Suite("ScriptTests")
struct ScriptTestsPlaceholder {}
