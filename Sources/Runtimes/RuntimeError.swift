import RolloutSystem

/// Why a backend could not be started or did not get ready.
package struct RuntimeError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// The host lacks what the runtime needs: no `spin` on PATH, too old, no engine. Not the release's fault.
        case unavailable
        /// The process could not be made, or its directories. Not the release's fault.
        case cannotStart
        /// The release cannot be run by this runtime, as reading it shows. The release's fault.
        case unusable
        /// The process ended before it was ready.
        case exited(ExitStatus)
        /// Not ready within the time allowed; the process still runs and must be stopped.
        case neverReady
        /// Something answers on the address, but it is not this release.
        case wrongRelease
    }

    package var code: Code
    /// "Could not <verb> <object>: <reason>. <Remedy>."
    package var description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
