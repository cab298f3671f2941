/// `[admin]`: the listener for operators and health checks.
package struct AdminSection: Hashable, Sendable {
    /// On loopback by default: it has no authentication.
    package var listen: ListenAddress

    package init(listen: ListenAddress = ListenAddress(host: "127.0.0.1", port: 9180)) { self.listen = listen }

    init(_ section: ConfigurationSection) {
        self.listen = section.address("listen") ?? AdminSection().listen
        section.refuseUnknown()
    }
}
