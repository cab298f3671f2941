import NIOCore
import NIOPosix
import RolloutCore
import RolloutSystem
import Synchronization
import SystemPackage

/// Runs a bounded number of engines at a time and lets a bounded number of requests wait.
final class EngineQueue: Sendable {
    private let plan: WagiPlan
    private let launcher: any ProcessLauncher
    private let inherited: [String: String]
    private let pool: NIOThreadPool
    private let admitted = Atomic(0)

    init(plan: WagiPlan, launcher: any ProcessLauncher, inherited: [String: String]) {
        self.plan = plan
        self.launcher = launcher
        // A compiling engine keeps its code in a cache below these.
        self.inherited = inherited.filter { ["HOME", "XDG_CACHE_HOME", "TMPDIR"].contains($0.key) }
        pool = NIOThreadPool(numberOfThreads: max(1, plan.limits.concurrency))
        pool.start()
    }

    /// The guest's answer to one request; never fails. 503 when too many wait already.
    func answer(
        _ component: WagiPlan.Component, _ request: WagiRequest, _ match: RouteMatch, body: ByteBuffer, for call: EngineCall,
        on loop: any EventLoop
    ) -> EventLoopFuture<WagiResponse> {
        guard admitted.add(1, ordering: .relaxed).newValue <= plan.limits.concurrency + plan.limits.queue else {
            admitted.subtract(1, ordering: .relaxed)
            var response = WagiResponse(status: 503, defect: WagiDefect(.overload, "too many requests wait for an engine"))
            response.headers = [WagiResponse.Header(name: "retry-after", value: "1")]
            return loop.makeSucceededFuture(response)
        }
        return pool.runIfActive(eventLoop: loop) { [self] in
            defer { admitted.subtract(1, ordering: .relaxed) }
            return run(component, request, match, body, call)
        }
        .flatMapErrorThrowing { WagiResponse(status: 503, defect: WagiDefect(.overload, "the host stops: \($0)")) }
    }

    private func run(
        _ component: WagiPlan.Component, _ request: WagiRequest, _ match: RouteMatch, _ body: ByteBuffer, _ call: EngineCall
    ) -> WagiResponse {
        let file = LogFile(
            path: FilePath(plan.logs).appending("\(component.id)_stderr.txt"), limit: plan.limits.logBytes)
        var log = GuestLog(file, share: plan.limits.requestLogBytes)
        defer { log.close() }
        let environment = component.environment.merging(request.environment(match)) { $1 }
        let arguments = plan.engine.arguments(
            module: component.module, arguments: request.arguments(template: component.arguments), environment: environment,
            hasFiles: component.files != nil)
        let launch = LaunchRequest(
            executable: FilePath(plan.engine.executable), arguments: arguments, environment: inherited,
            workingDirectory: component.files.map { FilePath($0) }, standardInput: .pipe, standardOutput: .pipe,
            standardError: .pipe, parentDeathSignal: .kill)
        let run = EngineRun(
            launcher: launcher, request: launch, input: Array(body.readableBytesView),
            limit: .milliseconds(plan.limits.requestMilliseconds), outputLimit: plan.limits.outputBytes, call: call)
        let outcome = run.run(&log)
        var response = response(to: outcome)
        // What engines write there is why they gave up: the trap, a module that is not to be had.
        if case .failed = outcome, let words = log.lastWords { response.defect?.reason += ": \(words)" }
        return response
    }

    private func response(to outcome: EngineRun.Outcome) -> WagiResponse {
        switch outcome {
        case .output(let bytes): WagiResponse(output: bytes)
        case .failed(let status): WagiResponse(status: 500, defect: WagiDefect(.exit, "it \(status.explanation)"))
        case .cancelled: WagiResponse(status: 503)
        case .tookTooLong:
            WagiResponse(
                status: 504, defect: WagiDefect(.timeout, "it took longer than \(plan.limits.requestMilliseconds) ms"))
        case .wroteTooMuch:
            WagiResponse(
                status: 500, defect: WagiDefect(.outputLimit, "it wrote more than \(plan.limits.outputBytes) bytes"))
        case .notStarted(let reason): WagiResponse(status: 500, defect: WagiDefect(.start, reason))
        }
    }
}
