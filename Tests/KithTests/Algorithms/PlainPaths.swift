/// Paths, parts and triangles as their definitions say, without any thought of speed.
extension PlainGraph {
    /// The lightest step between each two nodes; infinite where there is none.
    func steps(isWeighted: Bool) -> [[Double]] {
        var steps = [[Double]](
            repeating: [Double](repeating: .infinity, count: count), count: count)
        for node in 0..<count {
            for edge in lists[node] where edge.target != node {
                steps[node][edge.target] = min(
                    steps[node][edge.target], isWeighted ? edge.weight : 1)
            }
        }
        return steps
    }

    /// The distances between all nodes (Floyd and Warshall).
    func distances(isWeighted: Bool) -> [[Double]] {
        var distances = steps(isWeighted: isWeighted)
        for node in 0..<count { distances[node][node] = 0 }
        for middle in 0..<count {
            for source in 0..<count where distances[source][middle] < .infinity {
                for target in 0..<count {
                    distances[source][target] = min(
                        distances[source][target],
                        distances[source][middle] + distances[middle][target])
                }
            }
        }
        return distances
    }

    /// The number of shortest paths between all nodes.
    func pathCounts(isWeighted: Bool) -> [[Double]] {
        let steps = steps(isWeighted: isWeighted)
        let distances = distances(isWeighted: isWeighted)
        return (0..<count).map { source in
            var counts = [Double](repeating: 0, count: count)
            counts[source] = 1
            let order = (0..<count).filter { distances[source][$0] < .infinity }
                .sorted { distances[source][$0] < distances[source][$1] }
            for target in order where target != source {
                for before in order
                where distances[source][before] + steps[before][target]
                    == distances[source][target]
                { counts[target] += counts[before] }
            }
            return counts
        }
    }

    /// Betweenness, by looking at each node between each pair.
    func betweenness(isWeighted: Bool, isUndirected: Bool) -> [Double] {
        let distances = distances(isWeighted: isWeighted)
        let counts = pathCounts(isWeighted: isWeighted)
        return (0..<count).map { node in
            var sum = 0.0
            for source in 0..<count where source != node {
                for target in 0..<count
                where target != node && target != source && counts[source][target] > 0
                    && distances[source][node] + distances[node][target]
                        == distances[source][target]
                { sum += counts[source][node] * counts[node][target] / counts[source][target] }
            }
            return isUndirected ? sum / 2 : sum
        }
    }

    func closeness(isWeighted: Bool) -> [Double] {
        distances(isWeighted: isWeighted).map { distances in
            let reached = distances.filter { $0 > 0 && $0 < .infinity }
            if reached.isEmpty { return 0 }
            let near = Double(reached.count)
            return near / reached.reduce(0, +) * near / Double(count - 1)
        }
    }

    func harmonic(isWeighted: Bool) -> [Double] {
        distances(isWeighted: isWeighted).map { distances in
            distances.reduce(0) { $0 + ($1 > 0 ? 1 / $1 : 0) } / Double(max(count - 1, 1))
        }
    }

    /// Strong components, by asking of each two nodes whether each leads to the other.
    func strongComponents() -> [Int] {
        let distances = distances(isWeighted: false)
        return PlainGraph.renumbered(
            (0..<count).map { node in
                (0..<count).first {
                    distances[node][$0] < .infinity && distances[$0][node] < .infinity
                } ?? node
            })
    }

    /// The neighbours of each node, each once, without itself.
    var neighbours: [Set<Int>] {
        (0..<count).map { node in Set(lists[node].map(\.target)).subtracting([node]) }
    }

    /// The triangles of each node, by looking at each pair of its neighbours.
    func triangles() -> [Int] {
        let neighbours = neighbours
        return neighbours.map { own in
            var found = 0
            for first in own {
                for second in own where first < second {
                    if neighbours[first].contains(second) { found += 1 }
                }
            }
            return found
        }
    }

    func coefficients() -> [Double] {
        zip(neighbours, triangles()).map { own, triangles in
            own.count < 2 ? 0 : Double(2 * triangles) / Double(own.count * (own.count - 1))
        }
    }

    /// Core numbers, by taking nodes away until all left have enough neighbours.
    func coreNumbers() -> [Int] {
        var cores = [Int](repeating: 0, count: count)
        var left = Set(0..<count)
        let neighbours = neighbours
        var core = 0
        while !left.isEmpty {
            core += 1
            while let node = left.first(where: { neighbours[$0].intersection(left).count < core }) {
                left.remove(node)
                cores[node] = core - 1
            }
        }
        return cores
    }

    /// The modularity of a division; the graph lists each edge at both ends, loops once.
    func modularity(_ parts: [Int], resolution: Double, isWeighted: Bool) -> Double {
        var inside: [Int: Double] = [:]
        var ends: [Int: Double] = [:]
        var total = 0.0
        for node in 0..<count {
            for edge in lists[node] {
                let weight = (isWeighted ? edge.weight : 1) * (edge.target == node ? 2 : 1)
                total += weight
                ends[parts[node], default: 0] += weight
                if parts[edge.target] == parts[node] { inside[parts[node], default: 0] += weight }
            }
        }
        if total == 0 { return 0 }
        var sum = 0.0
        for (part, share) in ends {
            sum += (inside[part] ?? 0) / total - resolution * (share / total) * (share / total)
        }
        return sum
    }
}
