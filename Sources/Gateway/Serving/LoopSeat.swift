import NIOCore

/// A way to a `GatewayLoop` from anywhere: its value may be used on its event loop only.
struct LoopSeat: Sendable {
    let eventLoop: any EventLoop
    private let box: NIOLoopBoundBox<GatewayLoop?>

    /// Makes the value on the event loop, before anything else that is sent there.
    init(on eventLoop: any EventLoop, _ make: @escaping @Sendable () -> GatewayLoop) {
        self.eventLoop = eventLoop
        let box = NIOLoopBoundBox<GatewayLoop?>.makeEmptyBox(eventLoop: eventLoop)
        self.box = box
        eventLoop.execute { box.value = make() }
    }

    /// Traps off the event loop.
    var value: GatewayLoop {
        guard let value = box.value else { preconditionFailure("a gateway's event loop was used before it was set up") }
        return value
    }
}
