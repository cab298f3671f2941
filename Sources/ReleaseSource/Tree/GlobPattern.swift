/// A file pattern as Spin reads it (the Rust crate `glob`): `*`, `?`, `[a-z]`, `[!a-z]`, and `**` for any directories.
///
/// Matching takes time in proportion to pattern and path: no pattern makes it explode.
struct GlobPattern {
    private enum Token {
        case literal(Character)
        case anyOne
        case anySequence
        /// `**/`: any number of whole directories. At the end of a pattern: everything below.
        case anyDirectories
        case oneOf([ClosedRange<Character>], negated: Bool)
    }

    private let tokens: [Token]
    /// Whether `*` and `?` also match `/`: they do in `exclude_files`, not in `files`.
    private let crossesDirectories: Bool

    /// `nil` when it is malformed: an unclosed `[`, or `**` that is not a whole part.
    init?(_ text: String, crossesDirectories: Bool) {
        var tokens: [Token] = []
        var rest = Substring(text)
        var atStart = true
        while let character = rest.popFirst() {
            let wasStart = atStart
            atStart = character == "/"
            switch character {
            case "*" where rest.first == "*":
                rest.removeFirst()
                guard wasStart, rest.isEmpty || rest.first == "/" else { return nil }
                if rest.isEmpty {
                    tokens.append(.anyDirectories)
                    tokens.append(.anySequence)
                } else {
                    rest.removeFirst()
                    tokens.append(.anyDirectories)
                    atStart = true
                }
            case "*": tokens.append(.anySequence)
            case "?": tokens.append(.anyOne)
            case "[":
                guard let token = Self.oneOf(&rest) else { return nil }
                tokens.append(token)
            default: tokens.append(.literal(character))
            }
        }
        self.tokens = tokens
        self.crossesDirectories = crossesDirectories
    }

    static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    private static func oneOf(_ rest: inout Substring) -> Token? {
        let negated = rest.first == "!"
        if negated { rest.removeFirst() }
        var ranges: [ClosedRange<Character>] = []
        while let character = rest.popFirst() {
            if character == "]", !ranges.isEmpty { return .oneOf(ranges, negated: negated) }
            if rest.first == "-", let upper = rest.dropFirst().first, upper != "]" {
                rest.removeFirst(2)
                if character <= upper { ranges.append(character...upper) }
            } else {
                ranges.append(character...character)
            }
        }
        return nil
    }

    func matches(_ path: String) -> Bool {
        // `states[i]`: the first i tokens can match what has been read so far.
        var states = [Bool](repeating: false, count: tokens.count + 1)
        states[0] = true
        spread(&states, atPartStart: true)
        for character in path {
            var next = [Bool](repeating: false, count: tokens.count + 1)
            for (index, token) in tokens.enumerated() where states[index] {
                switch token {
                case .literal(let wanted): if wanted == character { next[index + 1] = true }
                case .anyOne: if character != "/" || crossesDirectories { next[index + 1] = true }
                case .anySequence: if character != "/" || crossesDirectories { next[index] = true }
                case .anyDirectories: next[index] = true
                case .oneOf(let ranges, let negated):
                    let found = ranges.contains { $0.contains(character) }
                    if found != negated, character != "/" || crossesDirectories { next[index + 1] = true }
                }
            }
            spread(&next, atPartStart: character == "/")
            states = next
        }
        return states[tokens.count]
    }

    /// Moves on over tokens that may match nothing.
    private func spread(_ states: inout [Bool], atPartStart: Bool) {
        for (index, token) in tokens.enumerated() where states[index] {
            switch token {
            case .anySequence: states[index + 1] = true
            case .anyDirectories: if atPartStart { states[index + 1] = true }
            default: break
            }
        }
    }
}
