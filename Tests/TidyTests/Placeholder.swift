import Testing

@Suite("TidyTests")
struct TidyTestsPlaceholder {}
