import Kith

/// Opens real databases for a pipe session.
struct DatabaseBackend: PipeBackend {
    /// How they are opened.
    var options = Database.Options()

    func open(_ path: String) throws(StatementProblem) -> any StatementRunner {
        do throws(KithError) {
            let isInMemory = path == ":memory:" || path.isEmpty
            return DatabaseRunner(
                isInMemory
                    ? try Database.inMemory(options: options)
                    : try Database.open(path, options: options))
        } catch {
            throw StatementProblem(error)
        }
    }

    func registerProcedure(
        signature: String, rows: [[Value]], in runner: any StatementRunner
    ) throws(StatementProblem) {
        guard let runner = runner as? DatabaseRunner else { return }
        runner.database.register(try TableProcedure(signature: signature, rows: rows))
    }

    func close(_ runner: any StatementRunner) throws(StatementProblem) {
        guard let runner = runner as? DatabaseRunner else { return }
        do throws(KithError) {
            try runner.database.close()
        } catch {
            throw StatementProblem(error)
        }
    }
}
