import Testing

@Suite("KithTests")
struct KithTestsPlaceholder {}
