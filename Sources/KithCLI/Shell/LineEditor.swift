import CReadline
import Glibc

/// Reads lines from a terminal with readline: editing, history, completion.
///
/// Readline has one state for the whole process, so there is one editor.
final class LineEditor {
    /// What the user did.
    enum Input: Equatable {
        /// Entered a line.
        case line(String)
        /// Pressed Ctrl-C.
        case interrupted
        /// Pressed Ctrl-D on an empty line.
        case end
    }

    private let historyPath: String?
    private let interrupts: Interrupts

    /// Sets readline up.
    ///
    /// - Parameters:
    ///   - historyPath: The file that keeps the history; nil for none.
    ///   - interrupts: Tells of Ctrl-C.
    init(historyPath: String?, interrupts: Interrupts) {
        self.historyPath = historyPath
        self.interrupts = interrupts
        // Readline moves by characters only where the locale says that text is UTF-8.
        if setlocale(LC_CTYPE, "") == nil || !isUTF8Locale() { setlocale(LC_CTYPE, "C.UTF-8") }
        kith_readline_set_up(
            EditorState.name, completeWord, EditorState.wordBreaks)
        using_history()
        stifle_history(EditorState.historyEntriesMax)
        if let historyPath { read_history(historyPath) }
    }

    /// Takes over what completion knows.
    func setCompleter(_ completer: Completer) { EditorState.completer = completer }

    /// Remembers a statement, its lines joined.
    func remember(_ statement: String) {
        let line = String(statement.map { $0.isNewline ? " " : $0 })
        guard line.contains(where: { !$0.isWhitespace }) else { return }
        add_history(line)
        guard let historyPath else { return }
        write_history(historyPath)
        chmod(historyPath, 0o600)
    }

    /// Reads one line.
    func read(prompt: String) -> Input {
        EditorState.result = nil
        rl_callback_handler_install(prompt, lineEntered)
        while EditorState.result == nil {
            var sources = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: interrupts.readDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&sources, 2, -1)
            if sources[1].revents != 0 {
                interrupts.clear()
                // Before readline goes back to the beginning of the line.
                fputs("^C\n", EditorState.terminal)
                fflush(EditorState.terminal)
                kith_readline_abandon()
                return .interrupted
            }
            if count > 0, sources[0].revents != 0 { rl_callback_read_char() }
        }
        return EditorState.result ?? .end
    }

    private func isUTF8Locale() -> Bool {
        guard let codeset = nl_langinfo(nl_item(CODESET)) else { return false }
        return String(cString: codeset) == "UTF-8"
    }
}

/// What readline's callbacks share with the editor; only the thread that reads lines touches it.
private enum EditorState {
    static let historyEntriesMax: Int32 = 5_000
    nonisolated(unsafe) static let name = strdup("kith")
    nonisolated(unsafe) static let wordBreaks = strdup(Completer.wordBreaks)
    nonisolated(unsafe) static let terminal = fdopen(dup(STDOUT_FILENO), "w")
    nonisolated(unsafe) static var result: LineEditor.Input?
    nonisolated(unsafe) static var completer = Completer()
    nonisolated(unsafe) static var candidates: [String] = []
}

private func lineEntered(_ line: UnsafeMutablePointer<CChar>?) {
    rl_callback_handler_remove()
    guard let line else {
        EditorState.result = .end
        return
    }
    EditorState.result = .line(String(cString: line))
    free(line)
}

private func completeWord(
    _ text: UnsafePointer<CChar>?, _ start: Int32, _ end: Int32
) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    guard let text, let line = kith_readline_line() else { return nil }
    EditorState.candidates = EditorState.completer.candidates(
        for: String(cString: text), in: String(cString: line), at: Int(start))
    kith_readline_end_completion(0)
    return rl_completion_matches(text, nextCandidate)
}

private func nextCandidate(
    _ text: UnsafePointer<CChar>?, _ state: Int32
) -> UnsafeMutablePointer<CChar>? {
    guard !EditorState.candidates.isEmpty else { return nil }
    return strdup(EditorState.candidates.removeFirst())
}
