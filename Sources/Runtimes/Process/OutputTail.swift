import Synchronization

/// The last lines a process wrote, for reasons and for people.
package final class OutputTail: Sendable {
    private let kept = Mutex<[String]>([])
    private let limit: Int
    private let width: Int

    /// - Parameters:
    ///   - limit: lines kept.
    ///   - width: characters kept of a line.
    package init(limit: Int = 50, width: Int = 500) {
        self.limit = limit
        self.width = width
    }

    package func append(_ line: String) {
        kept.withLock { kept in
            if kept.count == limit { kept.removeFirst() }
            kept.append(String(line.prefix(width)))
        }
    }

    /// Oldest first.
    package var lines: [String] { kept.withLock { $0 } }

    /// The last few lines that can say why something failed, as one; `nil` when there are none.
    package var lastWords: String? {
        let all = StartUpLines.removed(from: lines).map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
        // What was said again and again is said once.
        let said = all.indices.filter { all[$0] != all[($0 + 1)...].first }.suffix(6).map { all[$0] }
        return said.isEmpty ? nil : String(said.joined(separator: " | ").suffix(1000))
    }
}
