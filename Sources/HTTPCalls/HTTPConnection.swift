import Glibc
import NIOCore
import NIOPosix

/// A connection for one purpose, closed when that is fulfilled, fails, takes too long, or is called off.
package enum HTTPConnection {
    /// Opens a connection and closes it again.
    package static func open(to service: HTTPService, within limit: Duration) async throws(HTTPFailure) {
        _ = try await use(service, within: limit) { channel, promise in
            try channel.pipeline.syncOperations.addHandler(OpenedHandler(promise: promise))
        }
    }

    static func use(
        _ service: HTTPService, within limit: Duration?,
        _ configure: @escaping @Sendable (any Channel, EventLoopPromise<HTTPAnswer>) throws -> Void
    ) async throws(HTTPFailure) -> HTTPAnswer {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = loop.makePromise(of: HTTPAnswer.self)
        let time = limit.map { TimeAmount.nanoseconds(nanoseconds($0)) }
        let timer = time.map { time in
            loop.scheduleTask(in: time) {
                answer.fail(HTTPFailure(reason: "it did not answer within \(words(limit ?? .zero))"))
            }
        }
        let connection = ClientBootstrap(group: loop).connectTimeout(time ?? .seconds(10))
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try configure(channel, answer) } }
            .connect(host: service.host, port: service.port)
        connection.whenFailure { answer.fail($0) }
        answer.futureResult.whenComplete { _ in
            timer?.cancel()
            connection.whenSuccess { $0.close(promise: nil) }
        }
        return try await value(of: answer)
    }

    /// What was left of a longer time may be any number of nanoseconds.
    private static func words(_ limit: Duration) -> String {
        let milliseconds = (nanoseconds(limit) + 999_999) / 1_000_000
        return milliseconds >= 1000 && milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }

    private static func value(of answer: EventLoopPromise<HTTPAnswer>) async throws(HTTPFailure) -> HTTPAnswer {
        do {
            return try await withTaskCancellationHandler {
                try await answer.futureResult.get()
            } onCancel: {
                answer.fail(HTTPFailure(reason: "it was called off"))
            }
        } catch let failure as HTTPFailure {
            throw failure
        } catch {
            throw HTTPFailure(reason: words(error))
        }
    }

    /// NIO's own words name its calls and types.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError where error.connectionErrors.isEmpty: "the host name cannot be resolved"
        case let error as NIOConnectionError: error.connectionErrors.first.map { words($0.error) } ?? "\(error)"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout(let time): "it cannot be connected to within \(time.nanoseconds / 1_000_000) ms"
        default: "\(error)"
        }
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflows ? .max : max(1_000_000, product + attoseconds / 1_000_000_000)
    }
}

private final class OpenedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<HTTPAnswer>

    init(promise: EventLoopPromise<HTTPAnswer>) { self.promise = promise }

    func channelActive(context: ChannelHandlerContext) {
        promise.succeed(HTTPAnswer(status: 0, fields: [], body: []))
    }
}
