import Testing

@Suite("KithCLITests")
struct KithCLITestsPlaceholder {}
