import KithValues

/// Rounds floats to decimal places by the decimal digits of their shortest text, because those are
/// the digits that people see: 2.675 to two places is 2.68, although the float is a little less.
enum DecimalRounding {
    /// Which neighbour to take.
    enum Mode: String, CaseIterable {
        case up = "UP"
        case down = "DOWN"
        case ceiling = "CEILING"
        case floor = "FLOOR"
        case halfUp = "HALF_UP"
        case halfDown = "HALF_DOWN"
        case halfEven = "HALF_EVEN"
    }

    static func round(_ number: Double, places: Int, _ mode: Mode) -> Double {
        guard number.isFinite, number != 0 else { return number }
        var decimal = Digits(number.magnitude)
        // Floats have no digit beyond this place.
        guard places < 1_100 else { return number }
        let kept = decimal.pointPosition + places
        guard kept < decimal.digits.count else { return number }
        let isNegative = number < 0
        if kept < 0 {
            // All digits are dropped, and what they stand for is less than a tenth of a unit.
            let isUp = isAway(mode, isNegative, .less, isOdd: false)
            decimal = Digits(digits: isUp ? [1] : [0], pointPosition: 1 - places)
        } else {
            let comparison = decimal.compareToHalf(from: kept)
            let isOdd = kept > 0 && decimal.digits[kept - 1] % 2 == 1
            decimal.cut(to: kept)
            if isAway(mode, isNegative, comparison, isOdd: isOdd) { decimal.addOneAtEnd() }
        }
        let magnitude = Double(decimal.text) ?? number.magnitude
        return isNegative ? -magnitude : magnitude
    }

    /// How the dropped digits, which are not all zero, compare with half a unit.
    private enum Remainder {
        case less, half, more
    }

    private static func isAway(
        _ mode: Mode, _ isNegative: Bool, _ remainder: Remainder, isOdd: Bool
    ) -> Bool {
        switch mode {
        case .up: true
        case .down: false
        case .ceiling: !isNegative
        case .floor: isNegative
        case .halfUp: remainder != .less
        case .halfDown: remainder == .more
        case .halfEven: remainder == .more || remainder == .half && isOdd
        }
    }

    /// Decimal digits, from the first that is not zero to the last that is not zero.
    private struct Digits {
        var digits: [UInt8]
        /// How many digits stand before the decimal point; negative where zeros follow it.
        var pointPosition: Int

        init(digits: [UInt8], pointPosition: Int) {
            self.digits = digits
            self.pointPosition = pointPosition
        }

        /// Reads the shortest text of a number above zero.
        init(_ number: Double) {
            digits = []
            pointPosition = 0
            var hasPoint = false
            var exponent = 0
            let text = Array(number.description.utf8)
            for (index, byte) in text.enumerated() {
                if byte == UInt8(ascii: "e") {
                    exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
                    break
                }
                if byte == UInt8(ascii: ".") {
                    hasPoint = true
                    continue
                }
                let digit = byte - UInt8(ascii: "0")
                if digits.isEmpty && digit == 0 {
                    if hasPoint { pointPosition -= 1 }
                    continue
                }
                digits.append(digit)
                if !hasPoint { pointPosition += 1 }
            }
            while digits.last == 0 { digits.removeLast() }
            pointPosition += exponent
        }

        func compareToHalf(from start: Int) -> Remainder {
            let first = digits[start]
            if first != 5 { return first < 5 ? .less : .more }
            return start + 1 == digits.count ? .half : .more
        }

        mutating func cut(to count: Int) {
            digits.removeLast(digits.count - count)
        }

        /// Adds one unit of the last place that is kept.
        mutating func addOneAtEnd() {
            var position = digits.count - 1
            while position >= 0 {
                if digits[position] < 9 {
                    digits[position] += 1
                    return
                }
                digits[position] = 0
                position -= 1
            }
            digits.insert(1, at: 0)
            pointPosition += 1
        }

        /// A text that reads as the number, of whole digits and an exponent.
        var text: String {
            if digits.isEmpty { return "0" }
            let whole = String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
            return "\(whole)e\(pointPosition - digits.count)"
        }
    }
}
