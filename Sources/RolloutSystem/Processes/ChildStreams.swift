import CRolloutSystem
import Glibc

/// The descriptors of one launch: what the child gets, what this process keeps.
struct ChildStreams {
    /// What the child shall have: source by target.
    private(set) var descriptors: [Int32: Int32] = [:]
    private(set) var ownInput: Int32?
    private(set) var ownOutput: Int32?
    private(set) var ownError: Int32?
    private var drained: [(descriptor: Int32, source: OutputLine.Source)] = []
    private var childEnds: [Int32] = []

    mutating func open(_ request: LaunchRequest) throws(LaunchFailure) {
        for (target, source) in request.passedDescriptors {
            precondition(target > 2, "descriptor \(target) is a standard stream")
            descriptors[target] = source
        }
        try openInput(request.standardInput)
        ownOutput = try openOutput(request.standardOutput, target: 1, .output)
        ownError = try openOutput(request.standardError, target: 2, .error)
    }

    private mutating func openInput(_ stream: StandardStream) throws(LaunchFailure) {
        switch stream {
        case .null: try openNull(target: 0, O_RDONLY)
        case .inherited: break
        case .descriptor(let descriptor): descriptors[0] = descriptor
        case .pipe:
            let ends = try openPipe()
            descriptors[0] = ends.read
            childEnds.append(ends.read)
            ownInput = ends.write
        case .lines: preconditionFailure("standard input has no lines to drain")
        }
    }

    private mutating func openOutput(
        _ stream: StandardStream, target: Int32, _ source: OutputLine.Source
    ) throws(LaunchFailure) -> Int32? {
        switch stream {
        case .null: try openNull(target: target, O_WRONLY)
        case .inherited: break
        case .descriptor(let descriptor): descriptors[target] = descriptor
        case .pipe, .lines:
            let ends = try openPipe()
            descriptors[target] = ends.write
            childEnds.append(ends.write)
            if stream == .pipe { return ends.read }
            drained.append((ends.read, source))
        }
        return nil
    }

    private mutating func openNull(target: Int32, _ flags: Int32) throws(LaunchFailure) {
        let descriptor = Glibc.open("/dev/null", flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw LaunchFailure(step: rollout_step_descriptors, errno: errno) }
        descriptors[target] = descriptor
        childEnds.append(descriptor)
    }

    private func openPipe() throws(LaunchFailure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard rollout_pipe(&ends) == 0 else { throw LaunchFailure(step: rollout_step_descriptors, errno: errno) }
        return (ends[0], ends[1])
    }

    /// The child has its own copies.
    mutating func closeChildEnds() {
        for descriptor in childEnds { close(descriptor) }
        childEnds = []
    }

    /// What is to be drained, for someone who closes it.
    mutating func takeDrained() -> [(descriptor: Int32, source: OutputLine.Source)] {
        defer { drained = [] }
        return drained
    }

    mutating func closeAll() {
        closeChildEnds()
        for descriptor in [ownInput, ownOutput, ownError].compactMap(\.self) + drained.map(\.descriptor) { close(descriptor) }
        self = ChildStreams()
    }
}
