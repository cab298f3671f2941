import Glibc
import RolloutCore

/// A line on the terminal that shows how far a long copy is. Silent where standard error is no terminal, and in the first
/// moments, so that a short copy shows nothing.
final class ProgressBar {
    private let total: UInt64
    private let began: Instant
    private let isShown: Bool
    private var drawn: Instant?

    init(total: UInt64, isQuiet: Bool) {
        self.total = total
        self.began = CommandHost.now
        self.isShown = !isQuiet && Console.isTerminal(STDERR_FILENO)
    }

    /// Notes how many bytes have been copied.
    func update(_ done: UInt64) {
        guard isShown else { return }
        let now = CommandHost.now
        guard now - began > .milliseconds(500), drawn.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
        drawn = now
        let share = total == 0 ? 1 : min(1, Double(done) / Double(total))
        let width = max(10, min(40, Console.width(of: STDERR_FILENO) - 40))
        let filled = Int(share * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        Console.draw("\r\u{1B}[K[\(bar)] \(Int(share * 100)) %  \(done.byteText) of \(total.byteText)", on: STDERR_FILENO)
    }

    /// Removes the line.
    func finish() {
        if drawn != nil { Console.draw("\r\u{1B}[K", on: STDERR_FILENO) }
    }
}
