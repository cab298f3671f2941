import CRolloutSystem
import Glibc
import Synchronization
import SystemPackage

/// The host's own processes.
///
/// All of them are children of one permanent thread, because Linux sends the parent death signal when the *thread* that
/// started a child ends. Their ends are noticed through process descriptors, so no SIGCHLD handler is installed.
package struct LinuxProcessLauncher: ProcessLauncher {
    private static let thread: WorkQueue = {
        let queue = WorkQueue()
        queue.start("launcher")
        return queue
    }()

    private let children = LiveChildren.shared
    private let watcher: DescriptorWatcher

    package init() { watcher = .shared }

    init(watcher: DescriptorWatcher) { self.watcher = watcher }

    package func launch(_ request: LaunchRequest, for purpose: ProcessPurpose) throws(LaunchError) -> LaunchedProcess {
        var streams = ChildStreams()
        do throws(LaunchFailure) {
            try streams.open(request)
            let output = ProcessOutput()
            // Before there is a child that would have to be ended when its output cannot be had.
            do throws(Errno) { try OutputDrain.start(streams.takeDrained(), into: output, by: watcher) } catch {
                throw LaunchFailure(step: rollout_step_descriptors, errno: error.rawValue)
            }
            let started = try start(request, streams)
            streams.closeChildEnds()
            return try adopt(started, request, streams, output)
        } catch {
            streams.closeAll()
            throw error.launchError(request.executable, purpose)
        }
    }

    private func start(
        _ request: LaunchRequest, _ streams: ChildStreams
    ) throws(LaunchFailure) -> (number: UInt64, child: StartedChild) {
        let arguments = try LaunchArguments(request, streams.descriptors)
        let done = ThreadGate<Result<(number: UInt64, child: StartedChild), LaunchFailure>>()
        // Listed before anything else happens on this thread: what is not listed there, `OrphanReaper` takes for an orphan.
        Self.thread.add { [children] in done.open(with: arguments.launch().map { (children.add($0), $0) }) }
        return try done.wait().get()
    }

    /// Runs something between two launches.
    static func betweenLaunches(_ body: @escaping @Sendable () -> Void) { thread.add(body) }

    private func adopt(
        _ started: (number: UInt64, child: StartedChild), _ request: LaunchRequest, _ streams: ChildStreams,
        _ output: ProcessOutput
    ) throws(LaunchFailure) -> LaunchedProcess {
        let process = LaunchedProcess(
            id: started.number, processID: started.child.processID, standardInput: streams.ownInput,
            standardOutput: streams.ownOutput, standardError: streams.ownError, output: output)
        let children = children
        let endsGroup = request.endsGroupOnExit
        do throws(Errno) {
            try watcher.watch(started.child.descriptor) {
                guard let exit = children.reap(process.id, endsGroup: endsGroup) else { return .watchOn }
                OrphanReaper.childWasReaped()
                process.exit.fulfill(exit)
                return .done
            }
        } catch {
            // Nobody would ever hear of its end.
            children.abandon(started.number)
            OrphanReaper.childWasReaped()
            throw LaunchFailure(step: rollout_step_start, errno: error.rawValue)
        }
        return process
    }

    @discardableResult
    package func signal(
        _ process: LaunchedProcess, _ signal: ProcessSignal, wholeGroup: Bool, for purpose: ProcessPurpose
    ) -> Bool {
        children.signal(process.id, signal, wholeGroup: wholeGroup)
    }

    package func orphans(marker: String) -> [ProcessIdentity] { ProcessTable().processes(marked: marker) }

    package func identity(processID: Int32) -> ProcessIdentity? { ProcessTable().identity(processID) }

    @discardableResult
    package func signal(_ process: ProcessIdentity, _ signal: ProcessSignal, for purpose: ProcessPurpose) -> Bool {
        let descriptor = rollout_open_process(process.processID)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Looked at after the descriptor is held: from here on it cannot become another process.
        guard identity(processID: process.processID) == process else { return false }
        return rollout_signal_process(descriptor, signal.rawValue) == 0
    }
}
