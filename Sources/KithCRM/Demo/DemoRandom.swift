import Glibc

/// Numbers that look random and are the same on every run: each thing of the demo graph has a stream
/// of its own, made of the seed and the thing's number.
struct DemoRandom {
    /// Whose stream it is, so that the customers' does not repeat that of their orders.
    enum Purpose: UInt64 {
        case customer = 1
        case community
        case company
        case product
        case friends
        case orders
        case interactions
        case campaigns
        case work
    }

    private var state: UInt64

    init(_ purpose: Purpose, _ number: Int, seed: UInt64) {
        state = seed &+ purpose.rawValue &* 0xD1B5_4A32_D192_ED03
        state = next() ^ (UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15)
        _ = next()
    }

    /// The next 64 bits (SplitMix64).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
    }

    /// A number of a range.
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// A number from 0 up to, not including, 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with this probability.
    mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

    /// One of several.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// An index, the first the likeliest, with a heavy tail over `count`.
    mutating func skewed(_ count: Int, power: Double) -> Int {
        min(count - 1, Int(Double(count) * pow(fraction(), power)))
    }

    /// A number of a Pareto distribution with this minimum and shape.
    mutating func pareto(minimum: Double, shape: Double) -> Double {
        minimum / pow(1 - fraction(), 1 / shape)
    }

    /// A waiting time of an exponential distribution with this mean.
    mutating func exponential(mean: Double) -> Double { -mean * log(1 - fraction()) }
}
