import Hosts
import Synchronization

/// A host whose supervisor counts what it is told.
final class CountedBeats: HostLifecycle {
    private let count = Atomic<Int>(0)

    func deciding() async { count.add(1, ordering: .sequentiallyConsistent) }

    var now: Int { count.load(ordering: .sequentiallyConsistent) }
}
