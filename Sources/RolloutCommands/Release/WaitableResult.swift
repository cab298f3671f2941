import Glibc
import RolloutCore

/// What a command decided, and, when it waited, what the hosts made of it.
protocol WaitableResult: Renderable {
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
    func finish(
        _ result: some WaitableResult, release: Digest, decision: UInt64, options: PublisherOptions, global: GlobalOptions
    ) async throws {
        guard wait else { return global.write(result) }
        if !global.json { Console.write(result.text) }
        let waiter = HostWaiter(
            volume: try options.volume.open(), app: options.app, channel: options.channel, release: release, decision: decision,
            untilBaked: baked, timeout: timeout.duration, isQuiet: global.json)
        let (report, failure) = try await waiter.run()
        if global.json {
            var result = result
            result.wait = report
            global.write(result)
        } else if failure == nil {
            Console.write(report.text)
        }
        if let failure { throw failure }
    }
}
