import KithStorage

/// Random gets of 8-byte keys among a million, against LMDB. Target: at most 1.5 times its time.
enum StorageGets {
    static let count: UInt64 = 1_000_000

    static func run(_ directory: String) throws {
        let engine = try StorageEngine.open(path: directory + "/gets.kith")
        let transaction = try engine.beginWrite()
        try load(transaction, count: count)
        try transaction.commit()
        let lmdb = LMDB(path: directory + "/gets.mdb")
        lmdb.load(count: count)
        var shuffled = Shuffled()
        let numbers = (0..<400_000).map { _ in shuffled.next() % count }
        let reader = try engine.beginRead()
        var ours: [Double] = []
        var theirs: [Double] = []
        for round in 0..<11 {
            try numbers.withUnsafeBufferPointer { numbers in
                let start = processorSeconds()
                let sum = try get(reader, numbers)
                let middle = processorSeconds()
                let other = lmdb.get(numbers)
                let end = processorSeconds()
                precondition(sum == other, "both must find the same")
                if round > 0 {
                    ours.append(middle - start)
                    theirs.append(end - middle)
                }
            }
        }
        let each = 1e9 / Double(numbers.count)
        print(
            "  a get: Kith \(rounded(ours.median * each, 0)) ns, LMDB"
                + " \(rounded(theirs.median * each, 0)) ns, ratio"
                + " \(rounded(ours.median / theirs.median)) (target 1.5)")
        try engine.close()
    }

    static func load(_ transaction: WriteTransaction, count: UInt64) throws {
        let loader = try transaction.bulkLoad(TreeID(0))
        for number in 0..<count {
            var key = (number * 7919).bigEndian
            var value = number
            try withUnsafeBytes(of: &key) { key in
                try withUnsafeBytes(of: &value) { value in try loader.append(key, value) }
            }
        }
        try loader.finish()
    }

    private static func get(
        _ reader: StorageReader, _ numbers: UnsafeBufferPointer<UInt64>
    ) throws -> UInt64 {
        var sum: UInt64 = 0
        for number in numbers {
            var key = (number * 7919).bigEndian
            var value: UInt64 = 0
            try withUnsafeBytes(of: &key) { key in
                try withUnsafeMutableBytes(of: &value) { value in
                    let length = try reader.copyValue(in: TreeID(0), forKey: key, into: value)
                    precondition(length == 8, "every key is there")
                }
            }
            sum &+= value
        }
        return sum
    }
}
