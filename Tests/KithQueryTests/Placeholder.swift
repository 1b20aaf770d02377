import Testing

@Suite("KithQueryTests")
struct KithQueryTestsPlaceholder {}
