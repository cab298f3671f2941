import HTTPCalls

/// A session with the metadata service of an EC2 instance.
struct MetadataSession: Sendable {
    private let service: HTTPService
    private let token: String

    /// A token's life; well above the time a session is used for.
    private static let tokenSeconds = 21_600

    static func begin(_ service: HTTPService, until deadline: ContinuousClock.Instant) async throws(NoAccount)
        -> MetadataSession
    {
        let call = HTTPCall(
            "PUT", "/latest/api/token", headers: [("x-aws-ec2-metadata-token-ttl-seconds", "\(tokenSeconds)")])
        guard let token = try await text(call, service, until: deadline), token.utf8.allSatisfy({ (33...126).contains($0) })
        else { throw .unusable("\(service) gave no usable session token") }
        return MetadataSession(service: service, token: token)
    }

    /// One line of metadata; `nil` when there is no such thing (404).
    func value(_ path: String, until deadline: ContinuousClock.Instant) async throws(NoAccount) -> String? {
        let call = HTTPCall("GET", "/latest/meta-data/" + path, headers: [("x-aws-ec2-metadata-token", token)])
        return try await Self.text(call, service, until: deadline)
    }

    private static func text(
        _ call: HTTPCall, _ service: HTTPService, until deadline: ContinuousClock.Instant
    ) async throws(NoAccount) -> String? {
        var call = call
        call.bodyLimit = 4096
        call.excess = .refused
        let place = "\(service)\(call.path)"
        let left = deadline - .now
        guard left > .zero else { throw .unusable("\(place): the time for metadata is over") }
        let answer: HTTPAnswer
        do throws(HTTPFailure) { answer = try await call.send(to: service, within: left) } catch {
            throw .unusable("\(place): \(error.reason)")
        }
        if answer.status == 404, call.method == "GET" { return nil }
        guard answer.status == 200 else { throw .unusable("\(place) answered \(answer.status)\(meaning(answer.status))") }
        let text = answer.text
        guard !text.isEmpty, !text.contains("<") else { throw .unusable("\(place) answered with something else than metadata") }
        return text
    }

    private static func meaning(_ status: Int) -> String {
        switch status {
        case 401: ", the token is not valid"
        case 403: ", the service is turned off"
        default: ""
        }
    }
}
