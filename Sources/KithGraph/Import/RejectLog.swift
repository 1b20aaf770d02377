import Glibc

/// Keeps count of rejected rows, writes them down, and says when there are too many.
final class RejectLog {
    private let rowsMax: Int
    private let path: String?
    private var file: UnsafeMutablePointer<FILE>?
    private(set) var count = 0
    private(set) var rejections: [ImportSummary.Rejection] = []

    /// Begins the file of rejected rows, where the options name one.
    init(_ options: ImportOptions) throws(ImportError) {
        rowsMax = options.rejectedRowsMax
        path = options.rejectFilePath
        guard let path else { return }
        file = fopen(path, "we")
        guard file != nil else {
            throw ImportError(
                .unreadableFile, "cannot be written: \(systemErrorText(errno))", file: path)
        }
        write("file,line,column,name,reason,row\n")
    }

    deinit { if let file { fclose(file) } }

    /// Takes down one rejected row.
    ///
    /// - Throws: ``ImportError/Code/rejectedRow`` with its place if there are now too many.
    func add(_ rejection: ImportSummary.Rejection, row: String) throws(ImportError) {
        count += 1
        if rejections.count < ImportLimits.rejectionsKeptMax { rejections.append(rejection) }
        if file != nil {
            let fields = [
                rejection.file, "\(rejection.position.line)", "\(rejection.position.column)",
                rejection.columnName ?? "", rejection.reason, row,
            ]
            write(fields.map(Self.quoted).joined(separator: ",") + "\n")
        }
        guard count > rowsMax else { return }
        var message = rejection.reason
        if let name = rejection.columnName { message = "column `\(name)`: \(message)" }
        if rowsMax > 0 {
            message += " (the import allows \(rowsMax) rejected rows, and this is one more)"
        }
        finish()
        throw ImportError(
            .rejectedRow, message, file: rejection.file, position: rejection.position)
    }

    /// Completes the file of rejected rows.
    func finish() {
        if let file { fclose(file) }
        file = nil
    }

    private func write(_ text: String) {
        guard let file else { return }
        fputs(text, file)
    }

    private static func quoted(_ text: String) -> String {
        let mustQuote = text.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        guard mustQuote else { return text }
        var quoted = "\""
        for character in text.unicodeScalars {
            if character == "\"" { quoted.unicodeScalars.append("\"") }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }
}
