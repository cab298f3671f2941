import Glibc
import RolloutCore
import Synchronization

/// What the demo shows while it runs: lines that stay, and below them, on a terminal, a block that is drawn anew.
/// Elsewhere the block is left out and changes in it are told in lines.
final class DemoScreen: Sendable {
    private let isQuiet: Bool
    private let isTerminal: Bool
    private let began = CommandHost.now
    private let block = Mutex<[String]>([])

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        self.isTerminal = !isQuiet && Console.isTerminal(STDOUT_FILENO)
    }

    /// A line that stays.
    func say(_ line: String) {
        guard !isQuiet else { return }
        block.withLock { lines in
            let time = format(CommandHost.now.milliseconds - began.milliseconds)
            Console.draw(
                erase(lines.count) + "\(time)  \(line.printable)\n" + lines.map { $0 + "\n" }.joined(), on: STDOUT_FILENO)
        }
    }

    /// Draws the block anew; nothing where it cannot be.
    func show(_ new: [String]) {
        guard isTerminal else { return }
        let width = Console.width(of: STDOUT_FILENO)
        let cut = new.map { String($0.printable.prefix(width - 1)) }
        block.withLock { lines in
            Console.draw(erase(lines.count) + cut.map { $0 + "\n" }.joined(), on: STDOUT_FILENO)
            lines = cut
        }
    }

    /// Removes the block.
    func finish() {
        block.withLock { lines in
            if !lines.isEmpty { Console.draw(erase(lines.count), on: STDOUT_FILENO) }
            lines = []
        }
    }

    private func erase(_ lines: Int) -> String { lines == 0 ? "" : "\u{1B}[\(lines)A\u{1B}[J" }

    /// `  3.2 s`.
    private func format(_ milliseconds: Int64) -> String {
        let text = "\(milliseconds / 1000).\(milliseconds / 100 % 10) s"
        return String(repeating: " ", count: max(0, 7 - text.count)) + text
    }
}
