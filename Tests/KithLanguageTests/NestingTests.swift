import Glibc
import Testing

@testable import KithLanguage

/// How deep and how long statements may be.
struct NestingTests {
    static let limit = LanguageLimits.nestingDepthMax

    /// Texts that nest `depth` levels, each in its own way.
    static let shapes: [(name: String, text: @Sendable (Int) -> String)] = [
        ("lists", { "RETURN " + repeated("[", $0) + "1" + repeated("]", $0) }),
        ("maps", { "RETURN " + repeated("{a: ", $0) + "1" + repeated("}", $0) }),
        ("parentheses", { "RETURN " + repeated("(", $0) + "1" + repeated(")", $0) }),
        ("sums", { "RETURN " + repeated("1 + (", $0) + "1" + repeated(")", $0) }),
        ("NOT", { "RETURN " + repeated("NOT ", $0) + "true" }),
        ("signs", { "RETURN " + repeated("- ", $0) + "x" }),
        ("properties", { "RETURN n" + repeated(".a", $0) }),
        ("indexes", { "RETURN n" + repeated("[0]", $0) }),
        ("null checks", { "RETURN n" + repeated(" IS NULL", $0) }),
        ("calls", { "RETURN " + repeated("abs(", $0) + "1" + repeated(")", $0) }),
        ("CASE", { "RETURN " + repeated("CASE WHEN true THEN ", $0) + "1" + repeated(" END", $0) }),
        ("comprehensions", { "RETURN " + repeated("[x IN ", $0) + "x" + repeated(" | x]", $0) }),
        (
            "EXISTS",
            { "RETURN " + repeated("EXISTS { RETURN ", $0 / 2) + "1" + repeated(" }", $0 / 2) }
        ),
        ("CALL", { repeated("CALL { ", $0 / 2) + "RETURN 1" + repeated(" }", $0 / 2) }),
        (
            "FOREACH",
            { repeated("FOREACH (x IN y | ", $0) + "SET n.a = 1" + repeated(")", $0) }
        ),
        ("groups", { "MATCH " + repeated("(", $0 - 1) + "()-->()" + repeated(")", $0 - 1) }),
        ("labels", { "MATCH (n:" + repeated("(", $0 - 1) + "A" + repeated(")", $0 - 1) + ")" }),
        ("negations", { "MATCH (n:" + repeated("!", $0 - 1) + "A)" }),
        (
            "types",
            { "RETURN x IS :: " + repeated("LIST<", $0) + "INTEGER" + repeated("> ", $0) }
        ),
    ]

    static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    /// Runs `body` on a thread with a stack of 512 KiB.
    static func onSmallStack(_ body: @escaping @Sendable () -> Void) {
        final class Work {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 * 1024)
        var thread = pthread_t()
        let work = Work(body)
        pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Work>.fromOpaque(context).takeUnretainedValue().body()
                return nil
            }, Unmanaged.passUnretained(work).toOpaque())
        pthread_join(thread, nil)
        pthread_attr_destroy(&attributes)
        withExtendedLifetime(work) {}
    }

    @Test("reads, prints, compares and drops what nests to the limit on a stack of 512 KiB")
    func nestsToTheLimit() {
        Self.onSmallStack {
            for shape in Self.shapes {
                do throws(Diagnostic) {
                    let tree = try Parser.parse(shape.text(Self.limit))
                    let printed = tree[0].canonicalText
                    let again = try Parser.parse(printed)
                    let isEqual = DeepStack.run { tree == again }
                    #expect(isEqual == true, "\(shape.name)")
                } catch {
                    Issue.record("\(shape.name): \(error.message)")
                }
            }
        }
    }

    @Test("refuses what nests a level deeper, and far deeper, with the same clear error")
    func refusesDeeper() {
        Self.onSmallStack {
            for shape in Self.shapes {
                for depth in [Self.limit + 2, Self.limit * 20] {
                    do throws(Diagnostic) {
                        _ = try Parser.parse(shape.text(depth))
                        Issue.record("\(shape.name) \(depth) was accepted")
                    } catch {
                        #expect(error.detail == "NestingTooDeep", "\(shape.name): \(error)")
                    }
                }
            }
        }
    }

    @Test("reads chains of one operator of any length on a stack of 512 KiB")
    func readsLongChains() {
        let chains = [
            " + ", " - ", " * ", " OR ", " AND ", " XOR ", " = ", " < ", " ^ ", " || ", ", ",
        ]
        Self.onSmallStack {
            for chain in chains {
                let text = "RETURN a" + Self.repeated(chain + "a", 20_000)
                do throws(Diagnostic) {
                    let tree = try Parser.parse(text)
                    #expect(tree[0].canonicalText.utf8.count == text.utf8.count)
                } catch {
                    Issue.record("\(chain): \(error.message)")
                }
            }
        }
    }
}
