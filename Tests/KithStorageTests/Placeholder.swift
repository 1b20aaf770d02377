import Testing

@Suite("KithStorageTests")
struct KithStorageTestsPlaceholder {}
