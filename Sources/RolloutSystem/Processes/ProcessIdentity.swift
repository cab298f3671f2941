/// A process that was not started here, told apart from any later one with the same id.
package struct ProcessIdentity: Hashable, Sendable {
    package var processID: Int32
    /// Clock ticks after boot at which it was started.
    package var startTime: UInt64

    package init(processID: Int32, startTime: UInt64) {
        self.processID = processID
        self.startTime = startTime
    }
}
