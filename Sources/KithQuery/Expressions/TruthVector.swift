import KithLanguage
import KithValues

/// Reading and making vectors of three-valued truth.
enum TruthVector {
    /// The codes of ``KithValues/Ternary``: 0 for false, 1 for true, 2 for unknown.
    static func codes(_ vector: Vector, span: SourceSpan?) throws(QueryError) -> [UInt8] {
        let count = vector.count
        switch vector.layout {
        case .null: return [UInt8](repeating: 2, count: count)
        case .boolean:
            let mask = vector.positionMask
            let booleans = vector.booleans
            let validity = vector.validity
            return [UInt8](unsafeUninitializedCapacity: count) { codes, initialized in
                var row = 0
                if let validity {
                    while row < count {
                        let position = row & mask
                        let missing = 1 &- validity[position]
                        codes[row] = (booleans[position] & validity[position]) | (missing &<< 1)
                        row &+= 1
                    }
                } else {
                    while row < count {
                        codes[row] = booleans[row & mask]
                        row &+= 1
                    }
                }
                initialized = count
            }
        default:
            var codes: [UInt8] = []
            codes.reserveCapacity(count)
            for row in 0..<count {
                guard let truth = vector.value(at: row).ternary else {
                    throw QueryError(
                        type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                        message: "expected true or false, found \(vector.value(at: row).kind.name)",
                        span: span)
                }
                codes.append(truth.rawValue)
            }
            return codes
        }
    }

    /// A vector of the truth values with these codes.
    static func vector(_ codes: [UInt8]) -> Vector {
        codes.withUnsafeBufferPointer { codes in
            var joined: UInt8 = 0
            for code in codes { joined |= code }
            let vector = Vector(.boolean, count: codes.count, hasNulls: joined & 2 != 0)
            let target = vector.booleans
            var row = 0
            while row < codes.count {
                target[row] = codes[row] & 1
                row &+= 1
            }
            guard let validity = vector.validity else { return vector }
            row = 0
            while row < codes.count {
                validity[row] = 1 &- (codes[row] &>> 1)
                row &+= 1
            }
            return vector
        }
    }

    /// The rows whose code is that of true.
    static func trueRows(_ codes: [UInt8]) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: codes.count) { rows, initialized in
            var kept = 0
            var row = 0
            while row < codes.count {
                rows[kept] = Int32(truncatingIfNeeded: row)
                kept &+= isTrue(codes[row])
                row &+= 1
            }
            initialized = kept
        }
    }

    /// 1 for the code of true, else 0.
    @inline(__always)
    static func isTrue(_ code: UInt8) -> Int { Int(code & ~(code &>> 1) & 1) }
}

extension QueryError {
    /// What an operation on values reported, at a place in the statement.
    init(_ error: ValueError, span: SourceSpan?) {
        self.init(
            type: error.type.rawValue, detail: error.detail, phase: .runtime,
            message: error.message, span: span)
    }
}
