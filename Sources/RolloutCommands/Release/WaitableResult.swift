import Glibc
import RolloutCore

/// What a command decided, and, when it waited, what the hosts made of it.
protocol WaitableResult: Renderable {
    /// What the hosts should serve now; `nil` when nothing was decided.
    var target: Target? { get }
    var wait: WaitReport? { get set }
}

/// How the waiting ended.
struct WaitReport: Encodable, Sendable {
    var seconds: Double
    var serving: [HostID]
    var missing: [HostID]
    var refused: [HostID]

    var text: String {
        let names = serving.map(\.description).joined(separator: ", ")
        return "Every live host serves it after \(seconds) s: \(names)."
    }
}

extension WaitOptions {
    /// Shows what was decided and, if asked to, waits for the hosts. In JSON there is one value, at the end.
    func finish(_ result: any WaitableResult, options: PublisherOptions, global: GlobalOptions) async throws {
        guard wait, let target = result.target else { return global.write(result) }
        if !global.json { Console.write(result.text) }
        let waiter = HostWaiter(
            volume: try await options.volume.read { $0 }, app: options.app, channel: options.channel, release: target.release,
            decision: target.decision, untilBaked: baked, timeout: timeout.duration, isQuiet: global.json)
        let (report, failure) = try await waiter.run()
        show(report, of: result, isDone: failure == nil, global)
        if let failure { throw failure }
    }

    private func show(_ report: WaitReport, of result: any WaitableResult, isDone: Bool, _ global: GlobalOptions) {
        if global.json {
            var result = result
            result.wait = report
            global.write(result)
        } else if isDone {
            Console.write(report.text)
        }
    }
}
