import CLMDB

/// Just enough of LMDB to compare with.
final class LMDB {
    let environment: OpaquePointer
    var table: MDB_dbi = 0

    init(path: String) {
        var made: OpaquePointer?
        Self.check(mdb_env_create(&made))
        guard let made else { preconditionFailure("LMDB made no environment") }
        environment = made
        Self.check(mdb_env_set_mapsize(environment, 4 << 30))
        Self.check(mdb_env_open(environment, path, UInt32(MDB_NOSUBDIR), 0o600))
    }

    deinit { mdb_env_close(environment) }

    static func check(_ code: Int32) {
        precondition(code == 0, String(cString: mdb_strerror(code)))
    }

    /// Loads ascending numbers as keys of 8 bytes, big-endian, with values of 8 bytes.
    func load(count: UInt64) {
        var transaction: OpaquePointer?
        Self.check(mdb_txn_begin(environment, nil, 0, &transaction))
        Self.check(mdb_dbi_open(transaction, nil, 0, &table))
        for number in 0..<count {
            var key = (number * 7919).bigEndian
            var value = number
            withUnsafeMutableBytes(of: &key) { key in
                withUnsafeMutableBytes(of: &value) { value in
                    var keyValue = MDB_val(mv_size: 8, mv_data: key.baseAddress)
                    var valueValue = MDB_val(mv_size: 8, mv_data: value.baseAddress)
                    Self.check(
                        mdb_put(transaction, table, &keyValue, &valueValue, UInt32(MDB_APPEND)))
                }
            }
        }
        Self.check(mdb_txn_commit(transaction))
    }

    func get(_ numbers: UnsafeBufferPointer<UInt64>) -> UInt64 {
        var transaction: OpaquePointer?
        Self.check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction))
        defer { mdb_txn_abort(transaction) }
        var sum: UInt64 = 0
        for number in numbers {
            var key = (number * 7919).bigEndian
            withUnsafeMutableBytes(of: &key) { key in
                var keyValue = MDB_val(mv_size: 8, mv_data: key.baseAddress)
                var value = MDB_val()
                Self.check(mdb_get(transaction, table, &keyValue, &value))
                sum &+= value.mv_data.load(as: UInt64.self)
            }
        }
        return sum
    }
}
