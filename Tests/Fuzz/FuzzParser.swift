// What libFuzzer calls with its inputs; `fuzz-parser.sh` builds and runs it.

/// Reads the input as a script; what is accepted must print to a text that reads as the same tree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    do throws(Diagnostic) {
        let statements = try Parser.parse(text)
        for statement in statements { check(statement, of: text) }
    } catch {
        let length = text.utf8.count
        precondition(0 <= error.span.start && error.span.start <= error.span.end)
        precondition(error.span.end <= length, "the mistake is outside the text")
        precondition(error.suggestions.count <= LanguageLimits.suggestionCountMax)
        _ = SourceText(text).position(atOffset: error.span.start)
    }
    return 0
}

private func check(_ statement: Statement, of text: String) {
    let printed = statement.canonicalText
    do throws(Diagnostic) {
        let again = try Parser.parse(printed)
        let isEqual = DeepStack.run { again == [statement] }
        precondition(isEqual != false, "printed as another statement: \(printed)")
    } catch {
        // Parentheses that printing adds may pass the limit that the text itself just kept.
        precondition(error.detail == "NestingTooDeep", "printed as no statement: \(printed)")
    }
}
