import RolloutSystem
import RolloutTesting

/// Starts processes that leave orphans behind, as the one that orphans fall to, and says what became of them. A program of its own,
/// because in a test's process others wait for children, too.
///
/// Prints how many exits were told rightly, how many orphans were waited for, and how many children are left.
@main
struct Main {
    static func main() async {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
        OrphanReaper.start(adopting: true)
        let right = await OrphanStress(count: count).run()
        _ = await eventually { @Sendable in OrphanReaper.count >= 2 * count && OrphanStress.children() == 0 }
        print("right \(right) orphans \(OrphanReaper.count) left \(OrphanStress.children())")
    }
}
