/// How a process ended and what it used.
package struct ProcessExit: Hashable, Sendable {
    package var status: ExitStatus
    package var usage: ResourceUsage

    package init(status: ExitStatus, usage: ResourceUsage = ResourceUsage()) {
        self.status = status
        self.usage = usage
    }
}
