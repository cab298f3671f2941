import Hosts
import RolloutCore

/// What an app does with the time between the request to stop and its host's end.
package struct StopPlan: Hashable, Sendable {
    /// Requests are taken as before, while readiness says no, for load balancers to notice.
    package var pause: Duration
    /// Then those in flight are finished.
    package var drain: Duration
    /// Then the backend may take this long to end.
    package var stop: Duration
    /// What is left for the last status, and for a machine that is slow just then; `nil`: there is no limit.
    package var spare: Duration?
    /// Why this is not what was asked for; `nil` when it is.
    package var defect: String?

    /// As the app wants it, or as much of that as the host's stop timeout allows. A drain that nobody asked for takes what is left.
    package init(_ app: AppSection, on host: HostProfile) {
        pause = app.gateway.deregistration ?? host.deregistration
        drain = app.drainLimit
        stop = app.stop
        guard let budget = host.shutdownBudget else { return }
        let spare = min(budget / 10, .seconds(5))
        let available = budget - spare
        let wanted = pause + stop + (app.drain ?? .zero)
        if wanted > available || pause + stop > available * 9 / 10 {
            // Nobody chose that of a function.
            if host.kind != .function { defect = Self.defect(pause, app.drain, stop, budget, spare) }
            pause = min(pause, available / 4)
            stop = min(stop, available / 4)
        }
        drain = min(drain, available - pause - stop)
        // A function's environment ends between invocations: what is left to wait for are idle connections.
        if host.kind == .function { drain = min(drain, available / 6) }
        self.spare = budget - pause - drain - stop
    }

    private static func defect(
        _ pause: Duration, _ drain: Duration?, _ stop: Duration, _ budget: Duration, _ spare: Duration
    ) -> String {
        let available = budget - spare
        let drain = drain.map(\.text) ?? "of at least \((available / 10).text)"
        return
            "deregistration \(pause.text), drain \(drain) and stop \(stop.text) must end within \(available.text), which is the stop "
            + "timeout of \(budget.text) without \(spare.text) to spare"
    }

    /// How long all of it may take.
    package var total: Duration { pause + drain + stop }

    package var words: String {
        let spare = spare.map { ", \($0.text) to spare" } ?? ", no limit"
        return
            "takes requests for \(pause.text) more, finishes them within \(drain.text), stops its backend within \(stop.text)\(spare)"
    }
}
