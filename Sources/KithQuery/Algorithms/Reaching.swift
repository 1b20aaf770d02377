import CShims
import KithGraph
import Synchronization

/// Finds what open nodes reach, round by round.
///
/// In rounds of few nodes each thread follows the edges to its own part (``NodeParts``). In rounds of
/// many each follows all edges of some of the nodes and notes the ends for itself, one byte a node; then
/// each looks through all notes on its own part. That takes as long as there are nodes, but no list is
/// looked at twice.
final class Reaching {
    private let lists: EdgeLists
    private let open: OpenNodes
    private let team: WorkTeam
    let front: SearchFront
    /// What each thread notes; none where threads are so many that too much would be to be looked through.
    private var notes: [UnsafeMutablePointer<UInt8>] = []

    private typealias State = OpenNodes.State
    /// Fronts of at least this share of the nodes have many.
    private static let manyShareMin = 32
    private static let teamMax = 16
    private static let blockSize = 512

    init(_ lists: EdgeLists, _ open: OpenNodes, _ team: WorkTeam, sharedMin: Int) {
        self.lists = lists
        self.open = open
        self.team = team
        front = SearchFront(NodeParts(lists, team), lists, team, sharedMin: sharedMin)
    }

    deinit { for note in notes { note.deallocate() } }

    /// How many threads of a team note what they find.
    static func noteCount(_ team: WorkTeam) -> Int { team.count <= teamMax ? team.count : 0 }

    /// Gives a state to the nodes that `center` reaches over nodes of another one.
    func reach(
        from center: Int, among old: UInt8, as new: UInt8
    ) throws(WorkStopped) {
        open.set(center, new)
        front.begin(with: center)
        while front.count > 0 {
            let many = max(lists.nodeCount / Self.manyShareMin, 1)
            if front.count >= many, team.count <= Self.teamMax {
                try followMany(among: old, as: new)
            } else {
                try followFew(among: old, as: new)
            }
        }
    }

    private func followFew(among old: UInt8, as new: UInt8) throws(WorkStopped) {
        // A node is marked when it is found, and gets its state when the round is over.
        let (front, states) = (front, open.states)
        let marking = State.isFound &- old
        try front.round { part in
            let room = front.room(part)
            var count = 0
            front.follow(lists, to: part) { _ in
                ()
            } visit: { _, _, target in
                let state = states[target].load(ordering: .relaxed)
                let isNew = kith_bool_to_int(state == old)
                states[target].store(
                    state &+ marking &* UInt8(truncatingIfNeeded: isNew), ordering: .relaxed)
                room[count] = UInt32(truncatingIfNeeded: target)
                count &+= isNew
            }
            front.order(count, part)
            front.found(count, part)
            for index in 0..<count {
                states[Int(room[index])].store(new, ordering: .relaxed)
            }
        }
    }

    private func followMany(among old: UInt8, as new: UInt8) throws(WorkStopped) {
        let (front, states) = (front, open.states)
        let count = lists.nodeCount
        if notes.isEmpty { notes = (0..<team.count).map { _ in .filled(count, 0) } }
        let notes = notes
        let all = 0..<count
        try front.forEachBlock(size: Self.blockSize) { nodes, worker in
            let note = notes[worker]
            lists.follow(nodes, to: all) { _ in
                ()
            } visit: { _, _, target in
                note[target] = 1
            }
        }
        try front.round(of: count) { part in
            let room = front.room(part)
            let range = front.parts[part]
            let gathered = notes[0]
            for note in notes.dropFirst() {
                var node = range.lowerBound
                while node < range.upperBound {
                    gathered[node] |= note[node]
                    note[node] = 0
                    node &+= 1
                }
            }
            var found = 0
            for node in range {
                let state = states[node].load(ordering: .relaxed)
                let isNew = kith_bool_to_int(state == old) & Int(gathered[node])
                gathered[node] = 0
                states[node].store(isNew != 0 ? new : state, ordering: .relaxed)
                room[found] = UInt32(truncatingIfNeeded: node)
                found &+= isNew
            }
            front.found(found, part)
        }
    }
}
