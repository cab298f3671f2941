import Synchronization

/// A number that one event loop changes and anyone reads: plain moves, no locked instruction.
struct Counter: ~Copyable, Sendable {
    private let number = Atomic<UInt64>(0)

    @inline(__always)
    func add(_ count: UInt64 = 1) {
        number.store(number.load(ordering: .relaxed) &+ count, ordering: .relaxed)
    }

    @inline(__always)
    func subtract(_ count: UInt64 = 1) {
        number.store(number.load(ordering: .relaxed) &- count, ordering: .relaxed)
    }

    var value: UInt64 { number.load(ordering: .relaxed) }
}
