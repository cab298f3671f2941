import RolloutCore
import RolloutSystem
import SystemPackage

/// Hosts that are gone for good: instances and tasks end without a word, and others come under new names. Their statuses would keep what
/// they served for ever, and be read by everybody who looks at the fleet.
///
/// A host writes its status every half minute, and never less than once a day. One that was not written for a week is nobody's. What
/// counts is when the volume's server says that it was written last, and the newest such time on the volume is taken for now: so no wrong
/// clock, of whoever collects or of a host, makes a live host look gone. A host that comes back writes its status anew.
struct GoneHosts {
    /// For so long the status of a host that says nothing is kept.
    static let silence: Duration = .seconds(7 * 86_400)

    /// The files, and why nothing needs them; sorted.
    private(set) var statuses: [(path: FilePath, reason: String)] = []
    /// In milliseconds since 1970: what was written earlier is gone.
    let before: Int64

    private let volume: Volume
    private var names: [AppName: Set<String>] = [:]

    /// - Parameter now: bounds what a server may claim.
    init(_ volume: Volume, now: Instant) throws(StoreError) {
        self.volume = volume
        var written: [(app: AppName, name: String, path: FilePath, time: Int64)] = []
        var newest = Int64.min
        for app in try volume.apps() {
            newest = max(newest, try Self.status(volume.layout.head(app), on: volume)?.written ?? .min)
            for name in try StatusBoard(volume, app: app).names(limit: Volume.namesLimit) {
                guard let host = HostID(name) else { continue }
                let path = volume.layout.status(app, host)
                guard let status = try Self.status(path, on: volume), status.kind == .regular else { continue }
                newest = max(newest, status.written)
                written.append((app, name, path, status.written))
            }
        }
        let serverTime = min(now, Instant(milliseconds: newest))
        before = (serverTime + .milliseconds(-Self.silence.milliseconds)).milliseconds
        for (app, name, path, time) in written where time < before {
            let days = (serverTime - Instant(milliseconds: time)).milliseconds / 86_400_000
            statuses.append((path, "its host has not reported for \(days) days"))
            names[app, default: []].insert(name)
        }
    }

    /// What the other hosts of an app say.
    func others(of app: AppName) throws(StoreError) -> [StatusBoard.Entry] {
        let board = StatusBoard(volume, app: app)
        let gone = names[app] ?? []
        return board.read(try board.names(limit: Volume.namesLimit).filter { !gone.contains($0) })
    }

    private static func status(_ path: FilePath, on volume: Volume) throws(StoreError) -> FileStatus? {
        try attempt("collect \(volume.layout.root)") { () throws(FileError) in
            try volume.fileSystem.status(path, for: .statusCollect)
        }
    }
}
