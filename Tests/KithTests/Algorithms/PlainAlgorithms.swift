/// The algorithms as their definitions say, without any thought of speed.
extension PlainGraph {
    func degrees(isWeighted: Bool) -> [Double] {
        lists.map { list in list.reduce(0) { $0 + (isWeighted ? $1.weight : 1) } }
    }

    /// PageRank by pushing along edges.
    func pageRank(
        damping: Double, iterations: Int, isWeighted: Bool, sources: [Int] = []
    ) -> [Double] {
        let starts = (0..<count).map { node in
            sources.isEmpty
                ? 1 / Double(count)
                : Double(sources.count { $0 == node }) / Double(sources.count)
        }
        let degrees = degrees(isWeighted: isWeighted)
        var scores = starts
        for _ in 0..<iterations {
            var next = [Double](repeating: 0, count: count)
            var stuck = 0.0
            for node in 0..<count {
                if degrees[node] == 0 { stuck += scores[node] }
                for edge in lists[node] {
                    next[edge.target] +=
                        scores[node] * (isWeighted ? edge.weight : 1) / degrees[node]
                }
            }
            for node in 0..<count {
                next[node] = (1 - damping + damping * stuck) * starts[node] + damping * next[node]
            }
            scores = next
        }
        return scores
    }

    /// Components by the spreading of the smallest number; the graph lists edges at both ends.
    func components() -> [Int] {
        var numbers = Array(0..<count)
        var isChanging = true
        while isChanging {
            isChanging = false
            for node in 0..<count {
                for edge in lists[node] where numbers[edge.target] < numbers[node] {
                    numbers[node] = numbers[edge.target]
                    isChanging = true
                }
            }
        }
        return PlainGraph.renumbered(numbers)
    }

    /// Numbers from 0 in the order in which they come first.
    static func renumbered(_ numbers: [Int]) -> [Int] {
        var known: [Int: Int] = [:]
        return numbers.map { number in
            if let found = known[number] { return found }
            known[number] = known.count
            return known.count - 1
        }
    }
}
