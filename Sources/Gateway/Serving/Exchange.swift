import NIOCore

/// One request on its way to a backend and its response on the way back.
struct Exchange {
    var backend: LoopBackend?
    var connection: BackendConnection?
    /// The connection that is being made for it. One that was given up may still come, and is then not this one.
    var connecting: BackendConnection?
    /// Times it was handed to a connection.
    var attempts = 0
    /// A byte of it may have reached a backend.
    var isSent = false
    /// A byte of the response came.
    var isAnswered = false
    /// The head of the final response was passed on.
    var isHeadPassedOn = false
    /// It waited for a backend.
    var wasHeld = false
    /// The client's connection stays open after it.
    var keepsClient = true
    /// Chunks are taken apart for a client of HTTP/1.0.
    var decodesChunks = false
    /// The client asked to switch protocols.
    var asksUpgrade = false
    /// Bytes are passed through from the start: an HTTP/2 connection.
    var isTunnel = false
    /// The backend takes no more of the body; it may still answer.
    var isBackendDeaf = false
    /// The backend sent more than its response: nothing that comes on that connection can be trusted.
    var hasSurplus = false
    /// Half-closed directions of a tunnel.
    var clientEnded = false
    var backendEnded = false
    var status = 0
    var startedAt = NIODeadline.distantPast
    /// When the whole request had been passed on.
    var sentAt = NIODeadline.distantPast
    /// When the backend last sent something.
    var heardAt = NIODeadline.distantPast
}
