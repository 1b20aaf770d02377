/// Finds what a misspelt word was meant to be.
public enum Suggestions {
    /// The words of `candidates` that are likely meant by `word`, the likeliest first.
    ///
    /// Capitals and small letters are not told apart. The order of `candidates` decides between
    /// words that are equally likely. At most ``LanguageLimits/suggestionCountMax`` are returned.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> [String]
    {
        let letters = folded(word)
        let distanceMax = letters.count < 3 ? 1 : letters.count < 6 ? 2 : letters.count < 9 ? 3 : 4
        var found: [(distance: Int, order: Int, text: String)] = []
        for (order, candidate) in candidates.enumerated() {
            let others = folded(candidate)
            guard abs(others.count - letters.count) <= distanceMax else { continue }
            let limit = min(distanceMax, max(1, others.count / 2))
            let distance = editDistance(letters, others)
            guard distance <= limit, !candidate.utf8.elementsEqual(word.utf8),
                !found.contains(where: { $0.text.utf8.elementsEqual(candidate.utf8) })
            else { continue }
            found.append((distance, order, candidate))
        }
        found.sort { ($0.distance, $0.order) < ($1.distance, $1.order) }
        guard let best = found.first?.distance else { return [] }
        return found.filter { $0.distance <= best + 1 }
            .prefix(LanguageLimits.suggestionCountMax).map(\.text)
    }

    private static func folded(_ word: String) -> [Unicode.Scalar] {
        Array(
            word.unicodeScalars.prefix(64).map { $0.properties.lowercaseMapping }
                .joined().unicodeScalars)
    }

    /// The number of letters to insert, remove, replace or swap with their neighbour.
    static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let isSame = left[row] == right[column]
                var distance = min(
                    last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    distance = min(distance, beforeLast[column - 1] + 1)
                }
                current.append(distance)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
