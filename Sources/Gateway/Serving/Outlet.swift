import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The sending side of a socket. Sends at once while nothing is queued, and so knows exactly what was sent when sending
/// fails: that is what decides whether a request may be tried again. What the socket does not take is queued in its channel.
///
/// A class, because queuing calls back: the channel tells at once that it is not writable any more.
final class Outlet {
    enum Outcome: Hashable {
        /// All of it is the system's.
        case sent
        /// The rest waits in the channel: send no more until it is writable again.
        case queued
        /// The connection is broken. `untouched`: not one byte of this call was sent.
        case broken(untouched: Bool)
    }

    private let context: ChannelHandlerContext
    /// -1 after the channel is closed: the number may mean another socket by then.
    private var descriptor: CInt
    /// Bytes wait in the channel.
    private(set) var isBlocked = false
    /// Sending met a reset of a connection that the other side had not ended: the system then tells only of an end, as if it were in
    /// order. (After an end it is EPIPE.)
    private(set) var wasReset = false
    /// Writes of a single byte that wait: what the water mark does not see.
    private var waitingBytes = 0

    /// Two bytes queued make a channel not writable, and it is writable again when none is. No lower mark is allowed, so a
    /// single byte is watched by its own write: see `enqueue`.
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 1, high: 1)

    init(_ context: ChannelHandlerContext) {
        self.context = context
        let found = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
        descriptor = found ?? -1
    }

    func closed() { descriptor = -1 }

    /// The channel says that it is writable, or that it is not.
    func writabilityChanged() { isBlocked = hasQueued }

    private var hasQueued: Bool { waitingBytes > 0 || !context.channel.isWritable }

    @inline(__always)
    func pass(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        guard !bytes.isEmpty else { return .sent }
        guard descriptor >= 0 else { return .broken(untouched: true) }
        if isBlocked { return enqueue(bytes) }
        while true {
            let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count == bytes.count { return .sent }
            if count >= 0 { return enqueue(UnsafeRawBufferPointer(rebasing: bytes[count...])) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return enqueue(bytes)
            default:
                wasReset = errno != EPIPE
                return .broken(untouched: true)
            }
        }
    }

    /// Bytes that were passed and that the other side has not acknowledged: in the channel and in the system.
    var unsentBytes: Int {
        var inSystem: CInt = 0
        if descriptor >= 0 { _ = ioctl(descriptor, UInt(TIOCOUTQ), &inSystem) }
        let inChannel = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
        return Int(inSystem) + (inChannel ?? 0)
    }

    /// Is the connection open and silent, as an unused one must be? Asks the system, which may know of an end that was not
    /// reported yet.
    func isQuiet() -> Bool {
        guard descriptor >= 0 else { return false }
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count < 0 && (errno == EAGAIN || errno == EINTR)
    }

    /// Makes the next close a reset, which no client takes for the end of a response.
    func resetOnClose() {
        guard descriptor >= 0 else { return }
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    private func enqueue(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        var buffer = context.channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        // Before the write, which may find the socket writable again at once.
        isBlocked = true
        context.writeAndFlush(NIOAny(buffer), promise: bytes.count == 1 ? watchByte() : nil)
        isBlocked = hasQueued
        guard descriptor >= 0 else { return .broken(untouched: false) }
        // The socket may have taken it after all; then nobody will call to say that it is writable again.
        return isBlocked ? .queued : .sent
    }

    /// A channel with one byte queued calls itself writable. What was sent then would overtake that byte.
    private func watchByte() -> EventLoopPromise<Void> {
        waitingBytes += 1
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { [self] in
            waitingBytes -= 1
            if waitingBytes == 0, context.channel.isWritable { context.pipeline.syncOperations.fireChannelWritabilityChanged() }
        }
        return promise
    }
}
