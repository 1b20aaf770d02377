import KithValues
import Testing

@testable import KithQuery

/// `+` and `||` double what they are given: forty of them make a terabyte of one letter.
struct JoiningLimitTests {
    private func failure(
        _ arithmetic: BinaryOperator, _ left: Value, _ right: Value
    ) -> String? {
        do {
            _ = try ArithmeticKernels.apply(
                arithmetic, .constant(left, count: 1), .of([right]))
            return nil
        } catch {
            return error.detail
        }
    }

    @Test(
        "strings are joined up to the limit and no further",
        arguments: [BinaryOperator.add, .concatenate])
    func strings(arithmetic: BinaryOperator) {
        let half = FunctionLimits.stringLengthMaxInBytes / 2
        let text = Value.string(String(repeating: "x", count: half + 1))
        #expect(failure(arithmetic, text, text) == "StringTooLong")
        #expect(failure(arithmetic, text, .string("x")) == nil)
    }

    @Test(
        "lists are joined up to the limit and no further",
        arguments: [BinaryOperator.add, .concatenate])
    func lists(arithmetic: BinaryOperator) {
        let half = FunctionLimits.listLengthMax / 2
        let list = Value.list(Array(repeating: .null, count: half + 1))
        #expect(failure(arithmetic, list, list) == "ListTooLong")
        #expect(failure(arithmetic, list, .list([1])) == nil)
    }

    @Test("a list at the limit takes no further element")
    func elements() {
        let list = Value.list(Array(repeating: .null, count: FunctionLimits.listLengthMax))
        #expect(failure(.add, list, 1) == "ListTooLong")
        #expect(failure(.add, 1, list) == "ListTooLong")
    }
}
