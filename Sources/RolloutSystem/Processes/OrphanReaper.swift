import CRolloutSystem
import Glibc
import Synchronization

/// Waits for the processes that fall to this one when their parents end, as they do to the first process of a container; else they
/// would stay as zombies until no process can be started any more.
///
/// The exit of a process that a launcher started is never taken from it. Two facts make sure of that: what was launched is listed
/// before anything else happens on the thread of launches, and orphans are looked for on that thread alone; and the list is
/// locked while it is compared with what has ended.
package enum OrphanReaper {
    private static let isRunning = Atomic(false)
    private static let reaped = Atomic(0)

    /// Orphans waited for so far.
    package static var count: Int { reaped.load(ordering: .relaxed) }

    /// Starts reaping when this is the first process of its PID namespace; elsewhere somebody else gets the orphans.
    package static func startIfFirstProcess() { if getpid() == 1 { start() } }

    /// Starts reaping, for the life of the process.
    ///
    /// - Parameter adopting: whether to become the one that orphaned descendants fall to (prctl(2), PR_SET_CHILD_SUBREAPER).
    package static func start(adopting: Bool = false) {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
        if adopting { _ = rollout_adopt_orphans() }
        CaughtSignal.watch(SIGCHLD) { _ in look() }
        // What ended before the signal was caught.
        look()
    }

    /// A launched process was waited for. It may have stood before orphans, which are found one at a time.
    static func childWasReaped() { if isRunning.load(ordering: .relaxed) { look() } }

    private static func look() {
        LinuxProcessLauncher.betweenLaunches { reaped.add(LiveChildren.shared.reapUnlisted(), ordering: .relaxed) }
    }
}
