import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// One write of a status, and what it shows besides: who wrote there before, and how the volume's clock goes. Blocks: used on the
/// volume's lane only.
struct StatusExchange: Sendable {
    /// What stood there; `nil`: nothing, or nothing that can be read.
    var found: HostStatus?
    /// `nil`: it could not be told.
    var skew: ClockSkew?

    private init() {}

    static func run(
        _ status: HostStatus, at path: FilePath, clock: any HostClock, in files: any FileSystem
    ) throws(StoreError) -> StatusExchange {
        let file = StatusFile(path: path)
        var exchange = StatusExchange()
        exchange.found = (try? file.read(in: files)) ?? nil
        let begun = clock.now
        try file.write(status, in: files)
        let ended = clock.now
        exchange.skew = file.stamp(in: files).map { ClockSkew(begun: begun, ended: ended, stamped: $0) }
        return exchange
    }
}
