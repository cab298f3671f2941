/// What a process and the children it waited for used.
package struct ResourceUsage: Hashable, Sendable {
    package var userTime: Duration
    package var systemTime: Duration
    /// In bytes, of the largest one.
    package var maximumResidentBytes: UInt64

    package init(userTime: Duration = .zero, systemTime: Duration = .zero, maximumResidentBytes: UInt64 = 0) {
        self.userTime = userTime
        self.systemTime = systemTime
        self.maximumResidentBytes = maximumResidentBytes
    }
}
