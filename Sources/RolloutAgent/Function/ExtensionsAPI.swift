import HTTPCalls
import RolloutCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Lambda's API for extensions, version 2020-01-01, as an *internal* extension uses it: one that runs inside the runtime's process,
/// gets INVOKE events only, and has to register before the runtime asks for its first event.
package struct ExtensionsAPI: Sendable {
    /// One function environment's answer to a call.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// `nil`: there was no answer at all.
        var status: Int?
        /// In words that follow a colon.
        package var description: String
    }

    /// Who this agent is to the platform, once it has registered.
    package struct Registration: Hashable, Sendable {
        fileprivate var identifier: String
    }

    private let service: HTTPService

    /// On the platform a call is answered in a millisecond or two.
    private static let limit: Duration = .seconds(2)
    /// The platform's shared name space for extensions: an internal one may have any name that no other has.
    private static let name = "wasmrollout"

    /// `nil` where no Lambda environment is.
    package init?(environment: [String: String]) {
        guard let address = environment["AWS_LAMBDA_RUNTIME_API"], var service = HTTPService(address) else { return nil }
        service.basePath = "/2020-01-01/extension"
        self.service = service
    }

    /// Registers for INVOKE. Possible until the runtime (here the web adapter) asks for its first event.
    package func register() async throws(Failure) -> Registration {
        let answer = try await send(
            HTTPCall(
                "POST", "/register",
                headers: [("Lambda-Extension-Name", Self.name), ("content-type", "application/json")],
                body: Array(#"{"events":["INVOKE"]}"#.utf8)), within: Self.limit)
        guard let identifier = answer["Lambda-Extension-Identifier"], !identifier.isEmpty else {
            throw Failure(status: answer.status, description: "the answer names no identifier")
        }
        return Registration(identifier: identifier)
    }

    /// Says that there is nothing left to do, and waits for the next invocation, however long that takes: the environment is frozen
    /// meanwhile.
    package func next(_ registration: Registration) async throws(Failure) -> Invocation {
        let answer = try await send(HTTPCall("GET", "/event/next", headers: identify(registration)), within: nil)
        guard let event = try? JSONDecoder().decode(Invocation.self, from: Data(answer.body)) else {
            throw Failure(status: answer.status, description: "the answer is not an event")
        }
        return event
    }

    /// Reports that nothing will ever be served here. The environment is given up; the process is to end.
    package func fail(_ registration: Registration, type: String, message: String) async {
        await report("/init/error", registration, type, message)
    }

    /// Reports why the process is about to end.
    package func exit(_ registration: Registration, type: String, message: String) async {
        await report("/exit/error", registration, type, message)
    }

    private func report(_ path: String, _ registration: Registration, _ type: String, _ message: String) async {
        struct Report: Encodable {
            var errorMessage: String
            var errorType: String
            var stackTrace: [String] = []
        }
        let body = (try? JSONEncoder().encode(Report(errorMessage: message, errorType: type))).map(Array.init) ?? []
        let headers = identify(registration) + [("Lambda-Extension-Function-Error-Type", type)]
        // Whoever reports is about to end: there is nothing else to be done about a failure.
        _ = try? await send(HTTPCall("POST", path, headers: headers, body: body), within: Self.limit)
    }

    private func identify(_ registration: Registration) -> [(name: String, value: String)] {
        [("Lambda-Extension-Identifier", registration.identifier)]
    }

    private func send(_ call: HTTPCall, within limit: Duration?) async throws(Failure) -> HTTPAnswer {
        let answer: HTTPAnswer
        do throws(HTTPFailure) { answer = try await call.send(to: service, within: limit) } catch {
            throw Failure(status: nil, description: error.reason)
        }
        guard (200..<300).contains(answer.status) else {
            throw Failure(status: answer.status, description: "status \(answer.status), \(answer.text.prefix(300))")
        }
        return answer
    }
}
