import HTTPCalls
import RolloutCore
import Runtimes

/// Asks the application's own route.
struct AppProbe: Sendable {
    let section: ProbeSection

    /// `nil` when it passed, else what came instead.
    func run(at address: BackendAddress) async -> String? {
        do throws(HTTPFailure) {
            let answer = try await HTTPProbe.get(section.path, at: address, host: section.host, within: section.timeout)
            return answer.status < 500 ? nil : "\(section.path) answers \(answer.status)."
        } catch {
            return "\(section.path) does not answer: \(error.reason)."
        }
    }
}
