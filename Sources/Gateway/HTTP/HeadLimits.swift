/// How much of a head is read before it is refused.
struct HeadLimits: Hashable, Sendable {
    var bytes: Int
    var fields: Int
}
