import RolloutSystem

/// What the ways `spin up` ends mean (its parent process reports the child's end by its own exit code).
enum SpinExit {
    static func reason(_ status: ExitStatus) -> String {
        switch status {
        case .exited(0): "spin stopped as if it was asked to"
        case .exited(1): "spin could not load or serve the release (exit code 1)"
        case .exited(2): "spin does not know an argument it was given (exit code 2)"
        case .exited(101): "spin failed with a bug of its own (exit code 101)"
        case .exited(143): "spin was told to stop while it compiled the release (exit code 143)"
        case .exited: status.signal == nil ? "spin \(status)" : "spin's serving process \(status.explanation)"
        case .signaled: "spin \(status.explanation)"
        }
    }
}
