import Testing

@Suite("KithLanguageTests")
struct KithLanguageTestsPlaceholder {}
