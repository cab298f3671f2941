import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

extension ServerBootstrap {
    /// Has the system ask silent clients whether they are still there, and end the connection of one that does not answer for a minute,
    /// or says that it knows of none: the only way to notice a client that is gone from a tunnel, or from a response that pauses.
    ///
    /// Connections take these options over from the listening socket, without a call of their own.
    func asksWhoIsThere() -> ServerBootstrap {
        serverChannelOption(.socketOption(.so_keepalive), value: 1)
            .serverChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)), value: 30)
            .serverChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)), value: 10)
            .serverChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPCNT)), value: 3)
    }
}
