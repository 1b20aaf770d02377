import Glibc
import KithValues
import Testing

@testable import KithGraph

/// Threads that do something one after another.
struct WorkerThreadTests {
    @Test("each number is called once, in order, on a thread of its own", arguments: [0, 1, 2, 5])
    func inTurn(count: Int) {
        var numbers: [Int] = []
        var threads: [pthread_t] = []
        WorkerThreads.inTurn(count: count) { number in
            numbers.append(number)
            threads.append(pthread_self())
        }
        #expect(numbers == Array(0..<count))
        #expect(Set(threads).count == count)
        if count > 0 { #expect(threads[0] == pthread_self()) }
    }

    @Test("threads that take turns are there again for what comes next")
    func again() {
        for round in 0..<200 {
            var sum = 0
            WorkerThreads.inTurn(count: 3) { sum += $0 + round }
            #expect(sum == 3 + 3 * round)
            let shared = Guarded(0)
            WorkerThreads.run(count: 3) { number in shared.withLock { $0 += number } }
            #expect(shared.withLock { $0 } == 3)
        }
    }
}
