import NIOCore

/// A way to a `GatewayLoop` from anywhere: its value may be used on its event loop only.
struct LoopSeat: Sendable {
    let eventLoop: any EventLoop
    private let commands: CommandQueue
    private let box: NIOLoopBoundBox<GatewayLoop?>

    /// Makes the value on the event loop, before anything else that is sent there.
    init(on eventLoop: any EventLoop, _ make: @escaping @Sendable (CommandQueue) -> GatewayLoop) {
        self.eventLoop = eventLoop
        let box = NIOLoopBoundBox<GatewayLoop?>.makeEmptyBox(eventLoop: eventLoop)
        self.box = box
        let commands = CommandQueue()
        self.commands = commands
        eventLoop.execute { box.value = make(commands) }
    }

    /// Traps off the event loop.
    var value: GatewayLoop {
        guard let value = box.value else { preconditionFailure("a gateway's event loop was used before it was set up") }
        return value
    }

    /// Has the loop do something, in the order of the calls, and before it hands out the next request.
    func tell(_ command: @escaping CommandQueue.Command) {
        commands.append(command)
        eventLoop.execute { value.catchUp() }
    }

    /// The same, and waits for what comes of it.
    func ask<Value: Sendable>(_ question: @escaping @Sendable (GatewayLoop) -> EventLoopFuture<Value>) async -> Value? {
        let promise = eventLoop.makePromise(of: Value.self)
        tell { loop in question(loop).cascade(to: promise) }
        return try? await promise.futureResult.get()
    }
}
