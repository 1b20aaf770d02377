/// A sum of floats whose rounding errors are carried along, so that it is nearly as exact as a sum
/// in twice the digits.
///
/// Very large addends are summed apart and scaled down, so that an average is finite where all
/// values are, however large.
struct FloatSum: Sendable {
    private var ordinary = Part()
    private var huge = Part()

    private static let hugeMin = 0x1p900
    private static let scale = 0x1p-200

    /// One sum with its error.
    private struct Part: Sendable {
        var sum = 0.0
        var error = 0.0

        mutating func add(_ addend: Double) {
            let next = sum + addend
            // Of two finite numbers, the one of smaller magnitude loses digits.
            if next.isFinite {
                error +=
                    sum.magnitude >= addend.magnitude
                    ? (sum - next) + addend : (addend - next) + sum
            }
            sum = next
        }

        var total: Double { sum.isFinite ? sum + error : sum }
    }

    /// Adds `value` so many times.
    mutating func add(_ value: Double, multiplicity: Int64 = 1) {
        if value.magnitude >= Self.hugeMin && value.isFinite {
            huge.add(value * Self.scale * Double(multiplicity))
            return
        }
        if multiplicity == 1 {
            ordinary.add(value)
            return
        }
        let factor = Double(multiplicity)
        let product = value * factor
        ordinary.add(product)
        if product.isFinite {
            // What the product lost, exactly.
            ordinary.add((-product).addingProduct(value, factor))
        }
    }

    /// Adds all that another sum has.
    mutating func add(_ other: FloatSum) {
        ordinary.add(other.ordinary.sum)
        ordinary.add(other.ordinary.error)
        huge.add(other.huge.sum)
        huge.add(other.huge.error)
    }

    /// The sum; infinite where it is too large for a float.
    var total: Double {
        huge.sum == 0 ? ordinary.total : ordinary.total + huge.total / Self.scale
    }

    /// The sum divided by a count that is not zero.
    func mean(count: Double) -> Double {
        let mean = ordinary.total / count
        return huge.sum == 0 ? mean : mean + huge.total / count / Self.scale
    }
}
