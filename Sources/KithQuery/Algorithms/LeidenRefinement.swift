import Glibc
import KithGraph

/// Finds the well-linked parts of communities: each begins with its nodes apart, and nodes that are well
/// linked to the rest of their community join parts that are, too, at random and the likelier the more
/// modularity gains.
///
/// Communities are refined apart from each other, each with random numbers of its own.
struct LeidenRefinement {
    private let graph: CommunityGraph
    private let communities: UnsafeMutablePointer<UInt32>
    private let count: Int
    private let resolution: Double
    private let seed: UInt64
    /// How random the choices are: gains are measured in this share of a node's strength.
    private static let temperature = 0.01

    /// Refines communities that are numbered from 0 to below `count`.
    init(
        _ graph: CommunityGraph, _ communities: UnsafeMutablePointer<UInt32>, count: Int,
        resolution: Double, seed: UInt64
    ) {
        self.graph = graph
        self.communities = communities
        self.count = count
        self.resolution = resolution
        self.seed = seed
    }

    /// Writes the part of each node, numbered from 0; gives how many there are.
    func run(
        into parts: UnsafeMutablePointer<UInt32>, _ links: [CommunityLinks], _ team: WorkTeam
    ) throws(WorkStopped) -> Int {
        let nodeCount = graph.nodeCount
        let starts = UnsafeMutablePointer<Int>.filled(count + 1, 0)
        let members = UnsafeMutablePointer<UInt32>.filled(nodeCount, 0)
        let state = PartState(nodeCount)
        defer {
            starts.deallocate()
            members.deallocate()
        }
        for node in 0..<nodeCount {
            parts[node] = UInt32(truncatingIfNeeded: node)
            starts[Int(communities[node]) + 1] += 1
        }
        for community in 0..<count { starts[community + 1] += starts[community] }
        var next = (0..<count).map { starts[$0] }
        for node in 0..<nodeCount {
            let community = Int(communities[node])
            members[next[community]] = UInt32(truncatingIfNeeded: node)
            next[community] += 1
        }
        try team.forEachBlock(of: count, size: 1) { block, worker in
            let community = block.lowerBound
            let range = starts[community]..<starts[community + 1]
            if range.count == 1 || team.isStopping { return }
            refine(
                UnsafeMutableBufferPointer(start: members + range.lowerBound, count: range.count),
                UInt64(community), parts, state, links[worker])
        }
        return Communities.renumber(parts, count: nodeCount)
    }

    /// What is known of each part, by the number of the node that it began with.
    private final class PartState: @unchecked Sendable {
        // Sendable: each community's nodes are touched by one thread.

        /// The sum of the strengths of its nodes.
        let sums: UnsafeMutablePointer<Double>
        /// The weight of its edges to the rest of its community.
        let outside: UnsafeMutablePointer<Double>
        /// The number of its nodes.
        let sizes: UnsafeMutablePointer<UInt32>

        init(_ count: Int) {
            sums = .filled(count, 0)
            outside = .filled(count, 0)
            sizes = .filled(count, 1)
        }

        deinit {
            sums.deallocate()
            outside.deallocate()
            sizes.deallocate()
        }
    }

    private func refine(
        _ members: UnsafeMutableBufferPointer<UInt32>, _ community: UInt64,
        _ parts: UnsafeMutablePointer<UInt32>, _ state: PartState, _ links: CommunityLinks
    ) {
        var total = 0.0
        for node in members { total += graph.strengths[Int(node)] }
        for member in members {
            let node = Int(member)
            state.sums[node] = graph.strengths[node]
            var inside = 0.0
            for edge in graph.offsets[node]..<graph.offsets[node + 1]
            where communities[Int(graph.targets[edge])] == communities[node] {
                inside += graph.weights.map { $0[edge] } ?? 1
            }
            state.outside[node] = inside
        }
        var random = SplitMix(seed: seed ^ (community &* 0x9e37_79b9_7f4a_7c15))
        var drawn = members
        drawn.shuffle(using: &random)
        let share = resolution / graph.total
        for member in drawn {
            let node = Int(member)
            let strength = graph.strengths[node]
            // A node that was joined stays, and one that is badly linked stays alone.
            guard state.sizes[node] == 1, parts[node] == member,
                state.outside[node] >= share * strength * (total - strength)
            else { continue }
            join(node, total, share, parts, state, links, &random)
        }
    }

    /// Lets a node that is alone join a part, if one gains.
    private func join(
        _ node: Int, _ total: Double, _ share: Double, _ parts: UnsafeMutablePointer<UInt32>,
        _ state: PartState, _ links: CommunityLinks, _ random: inout SplitMix
    ) {
        for edge in graph.offsets[node]..<graph.offsets[node + 1] {
            let other = Int(graph.targets[edge])
            guard communities[other] == communities[node] else { continue }
            links.add(
                graph.targets + edge, graph.weights.map { UnsafePointer($0 + edge) }, count: 1,
                parts)
        }
        let strength = graph.strengths[node]
        var best = 0.0
        for index in 0..<links.count {
            best = max(best, gain(of: links.found[index], node, total, share, state, links) ?? 0)
        }
        // Staying alone gains nothing, and is one of the choices.
        let scale = Self.temperature * max(strength, .leastNormalMagnitude)
        var sum = exp(-best / scale)
        for index in 0..<links.count {
            guard let gain = gain(of: links.found[index], node, total, share, state, links) else {
                continue
            }
            sum += exp((gain - best) / scale)
        }
        var rest = Double(random.next() >> 11) * 0x1p-53 * sum - exp(-best / scale)
        var chosen: UInt32?
        if rest >= 0 {
            for index in 0..<links.count {
                let part = links.found[index]
                guard let gain = gain(of: part, node, total, share, state, links) else { continue }
                rest -= exp((gain - best) / scale)
                chosen = part
                if rest < 0 { break }
            }
        }
        if let chosen {
            let part = Int(chosen)
            state.outside[part] +=
                state.outside[node] - 2 * links.weight(of: chosen)
            state.sums[part] += strength
            state.sizes[part] += 1
            parts[node] = chosen
        }
        links.clear()
    }

    /// What joining a part gains; nil where it loses, or the part is badly linked.
    private func gain(
        of part: UInt32, _ node: Int, _ total: Double, _ share: Double, _ state: PartState,
        _ links: CommunityLinks
    ) -> Double? {
        let sum = state.sums[Int(part)]
        guard state.outside[Int(part)] >= share * sum * (total - sum) else { return nil }
        let gain = links.weight(of: part) - share * graph.strengths[node] * sum
        return gain >= 0 ? gain : nil
    }
}
