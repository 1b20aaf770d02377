import Testing

@Suite("SimulationTests")
struct SimulationTestsPlaceholder {}
