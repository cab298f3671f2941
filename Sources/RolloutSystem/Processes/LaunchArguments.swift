import CRolloutSystem
import Glibc
import SystemPackage

/// Why a launch failed, before it is known for whom.
struct LaunchFailure: Error {
    var step: rollout_launch_step
    var errno: Int32

    func launchError(_ executable: FilePath, _ purpose: ProcessPurpose) -> LaunchError {
        LaunchError(code: code, errno: errno, executable: executable, purpose: purpose)
    }

    private var code: LaunchError.Code {
        switch (step, errno) {
        case (rollout_step_directory, _): .badDirectory
        case (_, EAGAIN), (_, ENOMEM), (_, EMFILE), (_, ENFILE), (_, ENOSPC): .noResources
        case (rollout_step_execute, ENOENT), (rollout_step_execute, ENOTDIR): .notFound
        case (rollout_step_execute, EACCES), (rollout_step_execute, ENOEXEC), (rollout_step_execute, EPERM),
            (rollout_step_execute, EISDIR), (rollout_step_execute, ELIBBAD):
            .notExecutable
        default: .other
        }
    }
}

/// A request as C strings.
///
/// `@unchecked Sendable`: nothing is written after `init`, and the strings live as long as this object.
final class LaunchArguments: @unchecked Sendable {
    private let path: UnsafeMutablePointer<CChar>?
    private let directory: UnsafeMutablePointer<CChar>?
    private let arguments: [UnsafeMutablePointer<CChar>?]
    private let environment: [UnsafeMutablePointer<CChar>?]
    private let sources: [Int32]
    private let targets: [Int32]
    private let deathSignal: Int32

    /// - Parameter descriptors: source by target.
    init(_ request: LaunchRequest, _ descriptors: [Int32: Int32]) throws(LaunchFailure) {
        let strings = [request.executable.string] + request.arguments
        let variables = request.environment.map { "\($0.key)=\($0.value)" }.sorted()
        // A zero byte would silently cut a string short.
        guard !(strings + variables).contains(where: { $0.utf8.contains(0) }),
            !request.environment.keys.contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: "=")) })
        else { throw LaunchFailure(step: rollout_step_start, errno: EINVAL) }
        path = strdup(request.executable.string)
        directory = request.workingDirectory.flatMap { strdup($0.string) }
        arguments = strings.map { strdup($0) } + [nil]
        environment = variables.map { strdup($0) } + [nil]
        let sorted = descriptors.sorted { $0.key < $1.key }
        targets = sorted.map(\.key)
        sources = sorted.map(\.value)
        deathSignal = request.parentDeathSignal?.rawValue ?? 0
    }

    deinit {
        for string in [path, directory] + arguments + environment { free(string) }
    }

    /// Starts it, as a child of the calling thread.
    func launch() -> Result<StartedChild, LaunchFailure> {
        var descriptor: Int32 = -1
        var failed = rollout_step_start
        let processID = arguments.withUnsafeBufferPointer { arguments in
            environment.withUnsafeBufferPointer { environment in
                sources.withUnsafeBufferPointer { sources in
                    targets.withUnsafeBufferPointer { targets in
                        var launch = CRolloutSystem.rollout_launch(
                            path: path, arguments: arguments.baseAddress, environment: environment.baseAddress,
                            directory: directory,
                            sources: sources.baseAddress, targets: targets.baseAddress, descriptor_count: Int32(targets.count),
                            parent_death_signal: deathSignal)
                        return rollout_launch(&launch, &descriptor, &failed)
                    }
                }
            }
        }
        guard processID > 0 else { return .failure(LaunchFailure(step: failed, errno: errno)) }
        return .success(StartedChild(processID: processID, descriptor: descriptor))
    }
}
