import NIOCore

/// The configured times as the event loop counts them.
struct TimeLimits {
    let header: TimeAmount
    let idle: TimeAmount
    let stall: TimeAmount
    let hold: TimeAmount
    let linger: TimeAmount
    let lingerTotal: TimeAmount
    let response: TimeAmount?
    let backendIdle: TimeAmount
    /// How long an idle connection is left alone when the gateway closes: a client may just be sending on it.
    let quiesceIdle: TimeAmount
    /// How often the limits are looked at.
    let sweep: TimeAmount
    /// How often only idle connections to backends are looked at.
    let tidy: TimeAmount

    init(_ configuration: GatewayConfiguration) {
        header = TimeAmount(configuration.headerTime)
        idle = TimeAmount(configuration.idleTime)
        stall = TimeAmount(configuration.stallTime)
        hold = TimeAmount(configuration.holdTime)
        linger = TimeAmount(configuration.lingerTime)
        lingerTotal = TimeAmount(configuration.lingerLimit)
        response = configuration.responseTime.map { TimeAmount($0) }
        backendIdle = TimeAmount(configuration.backendIdleTime)
        quiesceIdle = min(.seconds(1), idle)
        let shortest = [header, idle, stall, hold, linger, backendIdle, response ?? hold].min() ?? hold
        sweep = max(.milliseconds(10), min(.seconds(1), TimeAmount.nanoseconds(shortest.nanoseconds / 4)))
        tidy = max(sweep, TimeAmount.nanoseconds(backendIdle.nanoseconds / 4))
    }
}
