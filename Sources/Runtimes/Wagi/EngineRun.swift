import Dispatch
import Glibc
import RolloutCore
import RolloutSystem

/// One engine process for one request: all of the body in, all of the output out, within limits. Blocks its thread.
///
/// However it ends, the process and its group are gone afterwards.
struct EngineRun {
    enum Outcome: Hashable, Sendable {
        /// It exited with code 0.
        case output([UInt8])
        /// It exited otherwise, which a trap is too: what it wrote does not count.
        case failed(ExitStatus)
        case tookTooLong
        case wroteTooMuch
        case notStarted(String)
        /// Nobody waits for it any more.
        case cancelled
    }

    var launcher: any ProcessLauncher
    /// With all three streams as `.pipe`.
    var request: LaunchRequest
    var input: [UInt8]
    var limit: Duration
    var outputLimit: Int
    var call = EngineCall()

    func run(_ log: inout GuestLog) -> Outcome {
        guard !call.isCancelled else { return .cancelled }
        let process: LaunchedProcess
        do throws(LaunchError) {
            process = try launcher.launch(request, for: .guestStart)
        } catch {
            return .notStarted("\(error)")
        }
        let ended = DispatchSemaphore(value: 0)
        process.exit.whenKnown { _ in ended.signal() }
        call.began { [launcher] in launcher.signal(process, .kill, wholeGroup: true, for: .guestKill) }
        defer { call.ended() }
        let deadline = ContinuousClock.now + limit
        var pipes = EnginePipes(
            input: process.standardInput ?? -1, output: process.standardOutput ?? -1, error: process.standardError ?? -1,
            unsent: input[...], limit: outputLimit)
        let ending = pipes.pump(into: &log, until: deadline)
        var isOver = false
        if ending == .closed {
            // Its pipes are closed, the process may still be busy.
            isOver = ended.wait(timeout: .now() + .milliseconds(Int(max(0, (deadline - .now).milliseconds)))) == .success
        }
        if !isOver {
            launcher.signal(process, .kill, wholeGroup: true, for: .guestKill)
            ended.wait()
        }
        pipes.close(log: &log)
        guard !call.isCancelled else { return .cancelled }
        guard ending != .full else { return .wroteTooMuch }
        guard isOver, let exit = process.exit.current else { return .tookTooLong }
        return exit.status == .exited(0) ? .output(pipes.received) : .failed(exit.status)
    }
}
