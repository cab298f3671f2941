import ReleaseStore
import RolloutCore

/// What a command decided, and, when it waited, what the hosts made of it.
protocol WaitableResult: Renderable {
    var app: AppName { get }
    /// What the hosts should serve now; `nil` when nothing was decided.
    var target: Target? { get }
    var wait: WaitReport? { get set }
    /// How it goes through the fleet; `nil` when it is for everyone at once.
    var plan: PlanOutline? { get }
}

/// How the waiting ended.
struct WaitReport: Encodable, Sendable {
    var seconds: Double
    var serving: [HostID]
    var missing: [HostID]
    var refused: [HostID]

    /// - Parameter host: the only one that was waited for.
    func text(for host: HostID?) -> String {
        if let host { return "Host \(host) serves it after \(seconds) s." }
        let names = serving.map(\.description).joined(separator: ", ")
        return "Every live host serves it after \(seconds) s: \(names)."
    }
}

extension WaitableResult {
    /// How long its waves bake, all together.
    var bakes: Duration { (plan?.waves ?? []).reduce(.zero) { $0 + (Duration(text: $1.bake) ?? .zero) } }
}

extension WaitOptions {
    /// Shows what was decided and, if asked to, waits for the hosts. In JSON there is one value, at the end.
    ///
    /// - Parameters:
    ///   - channel: whose hosts are waited for; `nil` when no channel's are.
    ///   - host: the only one to wait for.
    func finish(
        _ result: any WaitableResult, _ volume: VolumeOption, on channel: ChannelName?, host: HostID? = nil,
        global: GlobalOptions
    ) async throws {
        guard wait, let target = result.target, channel != nil || host != nil else { return global.write(result) }
        if !global.json { Console.write(result.text) }
        let waiter = HostWaiter(
            volume: try await volume.read { $0 }, app: result.app, channel: channel, host: host, release: target.release,
            decision: target.decision, untilBaked: baked, timeout: timeout?.duration ?? Self.patience + result.bakes,
            isQuiet: global.json)
        let (report, failure) = try await waiter.run()
        if global.json {
            var result = result
            result.wait = report
            global.write(result)
        } else if failure == nil {
            Console.write(report.text(for: host))
        }
        if let failure { throw failure }
    }

    private static let patience: Duration = .seconds(300)
}
