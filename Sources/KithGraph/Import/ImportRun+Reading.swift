import KithValues

/// Which columns of a file are parsed, and what for.
struct BatchLayout {
    /// One parser for each column of a batch.
    let parsers: [ColumnParser]
    /// The columns that are properties, first in a batch, by name.
    let propertyNames: [String]

    /// The properties of a file, then columns for `extras`, as fields and types.
    init(_ file: ResolvedFile, extras: [(field: Int, type: ColumnType)]) {
        let context = ParsingContext(file.format)
        var parsers: [ColumnParser] = []
        var names: [String] = []
        for (index, field) in file.fields.enumerated() {
            guard let name = field.propertyName else { continue }
            names.append(name)
            parsers.append(
                ColumnParser(
                    field: index, type: field.type ?? .string, context: context,
                    currencyField: field.currencyField))
        }
        for extra in extras {
            parsers.append(ColumnParser(field: extra.field, type: extra.type, context: context))
        }
        self.parsers = parsers
        propertyNames = names
    }
}

extension ImportRun {
    /// Reads the rows of a file as batches, and takes down those that are no good.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - layout: The columns to parse.
    ///   - check: Called by any thread for each batch; may reject rows.
    ///   - take: Called in the order of the file, never by two threads at once; may reject rows.
    /// - Throws: What reading or `take` threw, or that too many rows are rejected.
    func readBatches<Extra>(
        _ file: ResolvedFile, layout: BatchLayout,
        check: (inout ParsedBatch) -> Extra,
        take: (inout ParsedBatch, Extra) throws(ImportError) -> Void
    ) throws(ImportError) {
        meter.file = file.path
        let reader = try BlockReader(
            path: file.path, format: file.format, skipsHeader: file.format.hasHeader)
        let width = file.fields.count
        var nextLine = 1
        try BlockPipeline(reader: reader, threadCount: threadCount).run(
            parse: { _, block throws(ImportError) in
                block.scan(file.format, fieldCount: width)
                var batch = ParsedBatch(block, width: width, parsers: layout.parsers)
                let extra = check(&batch)
                return (batch, extra)
            },
            handOn: { (parsed: (ParsedBatch, Extra)) throws(ImportError) in
                var (batch, extra) = parsed
                batch.block.startLine = nextLine
                nextLine += batch.block.lineCount
                try take(&batch, extra)
                try logFlaws(of: batch, in: file)
                try meter.read(rows: batch.rowsRead, bytesInFile: batch.block.bytesConsumed)
            })
        meter.endFile(lengthInBytes: file.lengthInBytes)
    }

    private func logFlaws(of batch: ParsedBatch, in file: ResolvedFile) throws(ImportError) {
        var finder = PositionFinder(batch.block)
        for flaw in batch.flaws {
            let bytes = UnsafeBufferPointer(
                start: batch.block.base + flaw.rowStart, count: max(0, flaw.rowEnd - flaw.rowStart))
            try rejects.add(
                ImportSummary.Rejection(
                    file: file.path, position: finder.position(ofByteAt: flaw.offset),
                    columnName: flaw.field.map { file.fields[$0].header }, reason: flaw.reason),
                row: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A key as users wrote it, for a message.
    func shownKey(_ column: BulkColumn, _ row: Int) -> String {
        column.value(at: row).literalText
    }
}
