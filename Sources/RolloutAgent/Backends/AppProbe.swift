import HTTPCalls
import RolloutCore
import Runtimes

/// Asks the application's own route.
struct AppProbe: Sendable {
    let section: ProbeSection

    /// `nil` when it passed, else what came instead.
    func run(at address: BackendAddress) async -> Failure? {
        do throws(HTTPFailure) {
            let answer = try await HTTPProbe.get(section.path, at: address, host: section.host, within: section.timeout)
            guard answer.status >= 500 else { return nil }
            return Failure(reason: "\(section.path) answers \(answer.status).", isError: answer.status != 503)
        } catch {
            return Failure(reason: "\(section.path) does not answer: \(error.reason).", isError: false)
        }
    }

    struct Failure: Hashable, Sendable {
        let reason: String
        /// The application runs and answers with an error. Silence and 503 may only mean that it is not ready yet.
        let isError: Bool
    }
}
