/// What an artifact tells the Spin stand-in (`spin-stand-in`) to do. Everything unset is ordinary: it answers `GET /`
/// with `body`, `POST /echo` with the same bytes, `/slow?ms=N`, `/bytes?n=N`, `/headers` and `/status?code=N`.
package struct StandInBehavior: Sendable {
    /// What `GET` of any other path answers; one line.
    package var body: String?
    /// Time the start takes before signals are caught and the port is bound.
    package var compileMilliseconds: Int?
    /// Ends at the start with this code and an error on standard error.
    package var exitAtStart: Int?
    /// Never binds.
    package var neverReady = false
    /// The serving process is killed this long after it began to serve.
    package var crashAfterMilliseconds: Int?
    /// The serving process is killed by the request with this number, counted from 1.
    package var crashAtRequest: Int?
    /// Status of the app's answers; 500 has no body, as a trap has in Spin.
    package var answer: Int?
    /// Answers 500 from the request after this number on.
    package var failAfterRequests: Int?
    /// Answers 500 to every so many-th request for `/`, and to no other: what a probe of another route does not find.
    package var failEvery: Int?
    /// Only where the host's variable `place` is this, it crashes or fails at its number of requests.
    package var onlyAt: String?
    /// Time each answer takes.
    package var delayMilliseconds: Int?
    /// Takes requests and never answers.
    package var hangs = false
    /// Closes each connection after this many bytes of a longer body.
    package var cutAfterBytes: Int?
    /// Ignores SIGTERM, as Spin may while a guest computes.
    package var ignoresTermination = false
    /// What `/.well-known/spin/info` reports instead of the manifest's version.
    package var infoVersion: String?
    /// Lines written to standard error at the start.
    package var errorLines: Int?
    /// Path of a file that gets a line, method and target, for each request that reaches the app: what was really delivered.
    package var journal: String?
    /// Makes the artifact at least this many bytes long.
    package var paddedTo: Int?

    package init(body: String? = nil) { self.body = body }

    /// Changes a copy: `.serving("v1") { $0.answer = 500 }`.
    package static func serving(_ body: String? = nil, _ change: (inout Self) -> Void = { _ in }) -> Self {
        var behavior = Self(body: body)
        change(&behavior)
        return behavior
    }

    var lines: String {
        let values: [(String, String?)] = [
            ("body", body), ("compile-ms", compileMilliseconds.map(String.init)),
            ("exit-at-start", exitAtStart.map(String.init)),
            ("never-ready", neverReady ? "" : nil), ("crash-after-ms", crashAfterMilliseconds.map(String.init)),
            ("crash-at-request", crashAtRequest.map(String.init)), ("answer", answer.map(String.init)),
            ("fail-after-requests", failAfterRequests.map(String.init)), ("delay-ms", delayMilliseconds.map(String.init)),
            ("hang", hangs ? "" : nil), ("cut-after-bytes", cutAfterBytes.map(String.init)),
            ("ignore-term", ignoresTermination ? "" : nil), ("info-version", infoVersion),
            ("fail-every", failEvery.map(String.init)), ("only-at", onlyAt), ("stderr-lines", errorLines.map(String.init)),
            ("journal", journal),
        ]
        return values.compactMap { name, value in value.map { "\(name)=\($0)\n" } }.joined()
    }
}
