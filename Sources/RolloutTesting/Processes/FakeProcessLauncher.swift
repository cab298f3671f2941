import RolloutSystem
import Synchronization

/// Processes that exist only in a test, which decides how each behaves and when it ends.
package final class FakeProcessLauncher: ProcessLauncher {
    /// What a launched process does.
    package enum Behavior: Hashable, Sendable {
        /// It cannot be started.
        case fails(LaunchError.Code)
        /// It runs until it is signaled or the test ends it; `ignoring` are signals that do nothing to it.
        case runs(ignoring: Set<ProcessSignal> = [])
        /// It has ended by the time anyone looks.
        case exits(ExitStatus)
    }

    /// One start or signal, in the order they were asked for.
    package enum Call: Hashable, Sendable {
        case launch(LaunchRequest, ProcessPurpose)
        case signal(processID: Int32, ProcessSignal, wholeGroup: Bool, ProcessPurpose)

        package var purpose: ProcessPurpose {
            switch self {
            case .launch(_, let purpose), .signal(_, _, _, let purpose): purpose
            }
        }
    }

    fileprivate struct Living: Sendable {
        var process: LaunchedProcess
        var marker: String?
        var ignored: Set<ProcessSignal>
        var deathSignal: ProcessSignal?
    }

    fileprivate struct State {
        var calls: [Call] = []
        var living: [Int32: Living] = [:]
        var orphans: [Int32: (identity: ProcessIdentity, marker: String, ignored: Set<ProcessSignal>)] = [:]
        var nextProcessID: Int32 = 5000
    }

    private let state = Mutex(State())
    private let behavior: @Sendable (LaunchRequest, ProcessPurpose) -> Behavior

    package init(behavior: @escaping @Sendable (LaunchRequest, ProcessPurpose) -> Behavior = { _, _ in .runs() }) {
        self.behavior = behavior
    }

    // MARK: What a test asks and does

    package var calls: [Call] { state.withLock { $0.calls } }
    /// Processes that were launched here and run, oldest first.
    package var running: [LaunchedProcess] {
        state.withLock { $0.living.values.map(\.process).sorted { $0.processID < $1.processID } }
    }

    /// Ends a running process.
    package func end(_ processID: Int32, _ status: ExitStatus) {
        guard let ended = state.withLock({ $0.living.removeValue(forKey: processID) }) else { return }
        ended.process.output.finish()
        ended.process.exit.fulfill(ProcessExit(status: status))
    }

    /// The agent dies and another one starts: what has a death signal dies with it, the rest is left behind.
    package func loseParent() {
        let living = state.withLock { state in
            defer { state.living = [:] }
            for (processID, child) in state.living where child.deathSignal.map(child.ignored.contains) ?? true {
                guard let marker = child.marker else { continue }
                state.orphans[processID] = (child.identity, marker, child.ignored)
            }
            return state.living.values
        }
        for child in living { child.process.output.finish() }
    }

    /// A process that an earlier agent left behind.
    @discardableResult
    package func plantOrphan(marker: String, ignoring ignored: Set<ProcessSignal> = []) -> ProcessIdentity {
        state.withLock { state in
            let identity = ProcessIdentity(processID: state.takeProcessID(), startTime: 1)
            state.orphans[identity.processID] = (identity, marker, ignored)
            return identity
        }
    }

    // MARK: ProcessLauncher

    package func launch(_ request: LaunchRequest, for purpose: ProcessPurpose) throws(LaunchError) -> LaunchedProcess {
        let behavior = behavior(request, purpose)
        if case .fails(let code) = behavior {
            state.withLock { $0.calls.append(.launch(request, purpose)) }
            throw LaunchError(code: code, executable: request.executable, purpose: purpose)
        }
        let process = state.withLock { state in
            state.calls.append(.launch(request, purpose))
            let processID = state.takeProcessID()
            let process = LaunchedProcess(id: UInt64(processID), processID: processID)
            if case .runs(let ignored) = behavior {
                state.living[processID] = Living(
                    process: process, marker: request.environment[LaunchRequest.markerVariable], ignored: ignored,
                    deathSignal: request.parentDeathSignal)
            }
            return process
        }
        if case .exits(let status) = behavior {
            process.output.finish()
            process.exit.fulfill(ProcessExit(status: status))
        }
        return process
    }

    @discardableResult
    package func signal(
        _ process: LaunchedProcess, _ signal: ProcessSignal, wholeGroup: Bool, for purpose: ProcessPurpose
    ) -> Bool {
        let found = state.withLock { state in
            state.calls.append(.signal(processID: process.processID, signal, wholeGroup: wholeGroup, purpose))
            return state.living[process.processID]
        }
        guard let found else { return false }
        if !found.ignored.contains(signal) || signal == .kill { end(process.processID, .signaled(signal.rawValue)) }
        return true
    }

    package func orphans(marker: String) -> [ProcessIdentity] {
        state.withLock { state in
            let left = state.orphans.values.filter { $0.marker == marker }.map(\.identity)
            let own = state.living.values.filter { $0.marker == marker }.map(\.identity)
            return (left + own).sorted { $0.processID < $1.processID }
        }
    }

    package func identity(processID: Int32) -> ProcessIdentity? {
        state.withLock { $0.orphans[processID]?.identity ?? $0.living[processID]?.identity }
    }

    @discardableResult
    package func signal(_ process: ProcessIdentity, _ signal: ProcessSignal, for purpose: ProcessPurpose) -> Bool {
        let (isOrphan, living) = state.withLock { state in
            state.calls.append(.signal(processID: process.processID, signal, wholeGroup: false, purpose))
            guard let orphan = state.orphans[process.processID], orphan.identity == process else {
                return (false, state.living[process.processID])
            }
            if !orphan.ignored.contains(signal) || signal == .kill { state.orphans[process.processID] = nil }
            return (true, nil)
        }
        if isOrphan { return true }
        guard let living, living.identity == process else { return false }
        if !living.ignored.contains(signal) || signal == .kill { end(process.processID, .signaled(signal.rawValue)) }
        return true
    }
}

extension FakeProcessLauncher.State {
    fileprivate mutating func takeProcessID() -> Int32 {
        defer { nextProcessID += 1 }
        return nextProcessID
    }
}

extension FakeProcessLauncher.Living {
    fileprivate var identity: ProcessIdentity { ProcessIdentity(processID: process.processID, startTime: process.id) }
}
