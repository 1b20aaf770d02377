import Testing

@Suite("KithGraphTests")
struct KithGraphTestsPlaceholder {}
