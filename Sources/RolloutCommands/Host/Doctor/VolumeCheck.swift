import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// Looks at a volume as this host sees it: whether it answers, what may be written, whose clock is right.
struct VolumeCheck {
    let path: FilePath
    /// Where statuses go when the volume is read-only.
    let statusPath: FilePath?
    let apps: [AppName]
    let deadline: Duration

    func run() async -> [HealthCheck] {
        let mounts = MountTable.current(in: CommandHost.files)
        let lane = BlockingLane("doctor", path: path)
        var place = path
        do throws(FileError) {
            place = try await lane.run(within: deadline, for: .volumeRead) { () throws(FileError) in path.resolvingLinks() }
            return MountCheck.run(place, mounts: mounts)
                + (try await lane.run(within: deadline, for: .volumeRead) { () throws(FileError) in look() })
        } catch {
            return MountCheck.run(place, mounts: mounts) + [
                .problem(
                    "volume", "it does not answer within \(deadline.text)",
                    "Check the mount's server and the network; agents serve on without it.")
            ]
        }
    }

    private func look() -> [HealthCheck] {
        let volume: Volume
        do throws(StoreError) {
            volume = try Volume.open(at: path, in: CommandHost.files)
        } catch {
            return [.problem("volume", error.reason, error.remedy)]
        }
        var checks = [HealthCheck.ok("volume", "volume \(volume.id), format 1")]
        checks += logs(of: volume)
        checks += writing(volume)
        return checks
    }

    private func logs(of volume: Volume) -> [HealthCheck] {
        apps.map { app in
            do throws(StoreError) {
                let newest = try ReleaseLog(volume: volume, app: app, policy: nil).newest()?.record
                guard let newest else {
                    return .warning(
                        "app \(app)", "nothing was published yet", "Publish it with `wasmrollout publish --app \(app)`.")
                }
                return .ok("app \(app)", "record \(newest.sequence) of \(newest.time)")
            } catch {
                return .problem("app \(app)", error.reason, error.remedy)
            }
        }
    }

    private func writing(_ volume: Volume) -> [HealthCheck] {
        do throws(FileError) {
            let skew = try probe(in: volume.layout.temporary)
            return [.ok("write access", "this host may write to the volume, so it can publish and report"), clock(skew)]
        } catch {
            return readOnly(error)
        }
    }

    /// Where no releases can be written, statuses may be all the same.
    private func readOnly(_ error: FileError) -> [HealthCheck] {
        guard !apps.isEmpty else {
            return [.warning("write access", "none (\(error.reason))", "Good for a host; who publishes needs it.")]
        }
        let statuses = VolumeLayout(root: statusPath ?? path)
        var skew: ClockSkew?
        for app in apps {
            let directory = statuses.hosts(app)
            do throws(FileError) { skew = try probe(in: directory) } catch {
                guard statusPath == nil else {
                    return [
                        .problem(
                            "write access", "\(directory) cannot be written: \(error.reason)",
                            "Make it, and let the agent's user write there; or remove volume.status-path.")
                    ]
                }
                return [
                    .warning(
                        "write access", "none (\(directory): \(error.reason)): the host can follow, but not report",
                        "Good for a host; set volume.status-path to where it may write its status.")
                ]
            }
        }
        let words = "none to releases, as it should be; statuses go to \(statuses.apps)"
        return [.ok("write access", words)] + (skew.map { [clock($0)] } ?? [])
    }

    /// Writes a file and removes it.
    /// - Returns: how this host's clock and the server's compare.
    private func probe(in directory: FilePath) throws(FileError) -> ClockSkew {
        let path = AtomicWrite.temporaryName(in: directory)
        let begun = CommandHost.now
        let file = try CommandHost.files.createFile(path, mode: 0o600, for: .userWrite)
        defer {
            CommandHost.files.close(file)
            try? CommandHost.files.unlink(path, for: .userWrite)
        }
        try CommandHost.files.writeAll(file, Array("doctor\n".utf8), for: .userWrite)
        try CommandHost.files.sync(file, for: .userWrite)
        let stamped = try CommandHost.files.status(file, forceSync: true, for: .userWrite).modified
        return ClockSkew(begun: begun, ended: CommandHost.now, stamped: Instant(milliseconds: stamped / 1_000_000))
    }

    private func clock(_ skew: ClockSkew) -> HealthCheck {
        guard skew.isNotable else { return .ok("clock", "within 10 s of the volume's") }
        return skew.isHarmful
            ? .problem("clock", skew.words, ClockSkew.remedy) : .warning("clock", skew.words, ClockSkew.remedy)
    }
}
