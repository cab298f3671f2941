import RolloutSystem

/// What goes wrong with a call.
package enum FileFault: Sendable {
    /// It fails and has no effect.
    case fail(FileError.Code, errno: Int32 = 0)
    /// It takes effect, and fails all the same: an NFS request whose answer was lost.
    case failAfter(FileError.Code, errno: Int32 = 0)
    /// Power is lost before or after it: this call and all later ones fail until `crash`.
    case powerLossBefore
    case powerLossAfter
    /// A write writes this many bytes only.
    case shortWrite(Int)
    /// Runs first, on the caller's thread: to block it, or to do something at just this moment.
    case run(@Sendable () -> Void)
}

/// Which call a fault strikes.
package enum FileTrigger: Sendable {
    /// The n-th change since the start or the last `crash`, counted from 0.
    case effect(Int)
    /// Every call for this purpose, or only those of one operation.
    case purpose(FilePurpose, FileOperation? = nil)
    /// Any call for which this holds.
    case call(@Sendable (FileCall) -> Bool)
}
