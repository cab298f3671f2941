/// What a guest may take. Every default of the `wagi` runtime stands here.
package struct WagiLimits: Hashable, Sendable, Codable {
    /// Milliseconds a request may take from when its engine starts; then the engine is killed and the answer is 504.
    package var requestMilliseconds: Int64 = 30_000
    /// Bytes of standard output; beyond it the engine is killed and the answer is 500.
    package var outputBytes = 64 << 20
    /// Bytes of a request's body, all of which is held in memory; beyond it the answer is 413.
    package var bodyBytes = 32 << 20
    /// Engines that run at the same time.
    package var concurrency = 8
    /// Requests that wait for an engine; beyond it the answer is 503.
    package var queue = 512
    /// Milliseconds that requests in flight get to finish after SIGTERM.
    package var drainMilliseconds: Int64 = 30_000
    /// Bytes of a component's log file; beyond it the file is begun anew, with one older one kept.
    package var logBytes: Int64 = 16 << 20
    /// Bytes of standard error that are kept of one request.
    package var requestLogBytes = 1 << 20

    package init() {}
}
