import Glibc
import Synchronization

/// What a thread can be held up at. Open at first.
final class Gate: Sendable {
    private let isClosed = Atomic<Bool>(false)
    private let held = Atomic<Int>(0)

    func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }

    func open() { isClosed.store(false, ordering: .sequentiallyConsistent) }

    /// How many threads it holds up.
    var waiting: Int { held.load(ordering: .sequentiallyConsistent) }

    /// Returns when it is open.
    func pass() {
        guard isClosed.load(ordering: .sequentiallyConsistent) else { return }
        held.add(1, ordering: .sequentiallyConsistent)
        while isClosed.load(ordering: .sequentiallyConsistent) { usleep(1000) }
        held.subtract(1, ordering: .sequentiallyConsistent)
    }
}
