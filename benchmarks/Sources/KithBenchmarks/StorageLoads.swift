import Glibc
import KithStorage

/// Sorted bulk load with its durable commit, against LMDB's append. Target: faster.
enum StorageLoads {
    static func run(_ directory: String) throws {
        let count: UInt64 = 1_000_000
        var ours: [Double] = []
        var theirs: [Double] = []
        for round in 0..<5 {
            let path = directory + "/load-\(round).kith"
            let start = seconds()
            let engine = try StorageEngine.open(path: path)
            let transaction = try engine.beginWrite()
            try StorageGets.load(transaction, count: count)
            try transaction.commit()
            let middle = seconds()
            try engine.close()
            let before = seconds()
            let lmdb = LMDB(path: directory + "/load-\(round).mdb")
            lmdb.load(count: count)
            let end = seconds()
            ours.append(middle - start)
            theirs.append(end - before)
            if round == 0 {
                print(
                    "  file: Kith \(size(path) >> 20) MiB, LMDB"
                        + " \(size(directory + "/load-\(round).mdb") >> 20) MiB")
            }
            _ = lmdb
            unlink(path)
            unlink(directory + "/load-\(round).mdb")
        }
        print(
            "  a million sorted keys: Kith \(rounded(ours.median * 1e3, 0)) ms, LMDB"
                + " \(rounded(theirs.median * 1e3, 0)) ms, ratio"
                + " \(rounded(ours.median / theirs.median)) (target below 1)")
    }

    private static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
