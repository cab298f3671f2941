import Synchronization

/// Tells whether the host may have been frozen while something was going on.
///
/// What timed out across a freeze says nothing about what it waited for: after a thaw every timer is due before anything else has
/// had a chance to answer.
final class Freezes: Sendable {
    /// Odd while the host may be frozen at any moment.
    private let count = Atomic<UInt64>(0)

    /// A moment to compare with.
    struct Mark: Hashable, Sendable {
        fileprivate var count: UInt64
    }

    /// From now on the host may be frozen.
    func begin() {
        let (old, _) = count.add(1, ordering: .sequentiallyConsistent)
        precondition(old % 2 == 0, "a freeze began within another one")
    }

    /// The host is awake, and stays so.
    func end() {
        let (old, _) = count.add(1, ordering: .sequentiallyConsistent)
        precondition(old % 2 == 1, "a freeze ended that had not begun")
    }

    var mark: Mark { Mark(count: count.load(ordering: .sequentiallyConsistent)) }

    func mayHaveFrozen(since mark: Mark) -> Bool {
        let now = count.load(ordering: .sequentiallyConsistent)
        return now != mark.count || now % 2 == 1
    }
}
