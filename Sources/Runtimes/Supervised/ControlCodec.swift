import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns lines into messages and back. What is no message of ours ends the connection: `onDefect` gets why.
final class ControlCodec<Inbound: Decodable & Sendable, Outbound: Encodable & Sendable>: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Inbound
    typealias OutboundIn = Outbound
    typealias OutboundOut = ByteBuffer

    private var pending = ByteBuffer()
    private var isBroken = false
    private let decoder = JSONDecoder()
    private let encoder = JSONEncoder()

    init() { encoder.outputFormatting = [.withoutEscapingSlashes] }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        var bytes = unwrapInboundIn(data)
        pending.writeBuffer(&bytes)
        while !isBroken, let end = pending.readableBytesView.firstIndex(of: 10) {
            let length = end - pending.readerIndex
            guard let line = pending.readBytes(length: length) else { break }
            pending.moveReaderIndex(forwardBy: 1)
            take(line, context)
        }
        if pending.readableBytes > ControlSocket.messageLimit { fail("a message is longer than allowed", context) }
        pending.discardReadBytes()
    }

    private func take(_ line: [UInt8], _ context: ChannelHandlerContext) {
        guard line.count <= ControlSocket.messageLimit else { return fail("a message is longer than allowed", context) }
        guard let message = try? decoder.decode(Inbound.self, from: Data(line)) else {
            return fail("a message cannot be read: \(String(decoding: line.prefix(100), as: UTF8.self))", context)
        }
        context.fireChannelRead(wrapInboundOut(message))
    }

    private func fail(_ reason: String, _ context: ChannelHandlerContext) {
        isBroken = true
        pending.clear()
        context.fireErrorCaught(ControlDefect(reason: reason))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        do {
            var line = Array(try encoder.encode(unwrapOutboundIn(data)))
            line.append(10)
            context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: line)), promise: promise)
        } catch {
            promise?.fail(error)
        }
    }
}

/// What the other side sent is no message.
struct ControlDefect: Error, Hashable, Sendable {
    /// In words that follow a colon.
    var reason: String
}
