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
    /// What was remembered last; it is not remembered twice.
    private var lastLine = ""

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
        guard let historyPath else { return }
        read_history(historyPath)
        history_truncate_file(historyPath, EditorState.historyEntriesMax)
    }

    /// Takes over what completion knows.
    func setCompleter(_ completer: Completer) { EditorState.completer = completer }

    /// Remembers a statement, its lines joined.
    func remember(_ statement: String) {
        let line = StatementSplitter.onOneLine(statement).trimmed
        guard !line.isEmpty, line != lastLine else { return }
        lastLine = line
        add_history(line)
        guard let historyPath else { return }
        // Appended, so that sessions at the same time keep what each of them remembers.
        let descriptor = open(historyPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        fchmod(descriptor, 0o600)
        close(descriptor)
        append_history(1, historyPath)
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
