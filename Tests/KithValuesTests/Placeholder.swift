import Testing

@Suite("KithValuesTests")
struct KithValuesTestsPlaceholder {}
