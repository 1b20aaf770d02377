/// Finds what a misspelt word was meant to be.
///
/// A suggestion that is far off is worse than none: it sends the reader the wrong way. So a word may
/// differ from what is suggested in one letter in three, as compilers allow (rustc's rule; Swift's and
/// Clang's of a third and a bit more finds `count` for `point`), where two neighbours that changed
/// places count once, since that is the commonest slip. In a word of up to three letters one letter is
/// much of it, so there the first has to be right, or two neighbours have changed places. Next to these a
/// word that is only the beginning of another, as `toInt` is of `toInteger`, was likely cut short.
public enum Suggestions {
    /// The words of `candidates` that are likely meant by `word`, the likeliest first.
    ///
    /// Capitals and small letters are not told apart. The order of `candidates` decides between
    /// words that are equally likely. At most ``LanguageLimits/suggestionCountMax`` are returned.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> [String]
    {
        let (space, name) = split(word)
        let letters = folded(name)
        guard !letters.isEmpty else { return [] }
        var found: [(distance: Int, order: Int, text: String)] = []
        for (order, candidate) in candidates.enumerated() {
            // Within a family such as `algo.` only what follows tells the words apart.
            let (family, own) = split(candidate)
            let isKin = folded(family) == folded(space)
            guard
                let distance =
                    isKin
                    ? distance(letters, folded(own)) : distance(folded(word), folded(candidate)),
                !candidate.utf8.elementsEqual(word.utf8),
                !found.contains(where: { $0.text.utf8.elementsEqual(candidate.utf8) })
            else { continue }
            found.append((distance, order, candidate))
        }
        found.sort { ($0.distance, $0.order) < ($1.distance, $1.order) }
        guard let best = found.first?.distance else { return [] }
        return found.filter { $0.distance <= best + 1 }
            .prefix(LanguageLimits.suggestionCountMax).map(\.text)
    }

    /// A word of more letters than this is not compared further.
    private static let lettersMax = 64
    /// So many letters are beginning enough to tell what was cut short.
    private static let prefixMin = 3

    /// How far `letters` is from a candidate; nil where that was hardly meant.
    private static func distance(
        _ letters: [Unicode.Scalar], _ candidate: [Unicode.Scalar]
    ) -> Int? {
        let distanceMax = max(letters.count, 3) / 3
        if abs(candidate.count - letters.count) <= distanceMax {
            let distance = editDistance(letters, candidate)
            let isShort = min(letters.count, candidate.count) <= 3
            let isNear =
                !isShort || distance == 0 || letters.first == candidate.first
                || letters.sorted() == candidate.sorted()
            if distance <= distanceMax, isNear { return distance }
        }
        let isCutShort =
            letters.count >= prefixMin && candidate.count <= 4 * letters.count
            && candidate.starts(with: letters)
        return isCutShort ? distanceMax + 1 : nil
    }

    /// What stands up to the last point, and what follows it.
    private static func split(_ word: String) -> (family: String, own: String) {
        guard let point = word.lastIndex(of: ".") else { return ("", word) }
        return (String(word[...point]), String(word[word.index(after: point)...]))
    }

    private static func folded(_ word: String) -> [Unicode.Scalar] {
        Array(
            word.unicodeScalars.prefix(lettersMax).map { $0.properties.lowercaseMapping }
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
