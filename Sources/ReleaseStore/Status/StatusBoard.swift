import RolloutCore
import RolloutSystem
import SystemPackage

/// The statuses of an app's hosts.
package struct StatusBoard: Sendable {
    /// What one name in the directory holds.
    package struct Entry: Sendable {
        package var name: String
        package var status: Result<HostStatus, StoreError>
    }

    /// Names in the directory, at most.
    package static let hostsLimit = 50_000

    private let directory: FilePath
    let app: AppName?
    let fileSystem: any FileSystem

    package init(_ volume: Volume, app: AppName) {
        self.directory = volume.layout.hosts(app)
        self.app = app
        self.fileSystem = volume.fileSystem
    }

    /// Sorted by name; empty when no host has ever written one.
    package func all() throws(StoreError) -> [Entry] { read(try names()) }

    /// What has these names; one that is gone is left out.
    func read(_ names: [String]) -> [Entry] {
        var entries: [Entry] = []
        for name in names {
            do throws(StoreError) {
                guard let payload = try file(name).payload(in: fileSystem) else { continue }
                entries.append(Entry(name: name, status: .success(try decode(payload, name))))
            } catch {
                entries.append(Entry(name: name, status: .failure(error)))
            }
        }
        return entries
    }

    /// Sorted.
    func names(limit: Int = hostsLimit) throws(StoreError) -> [String] {
        do throws(FileError) {
            let names = try fileSystem.list(directory, limit: limit, for: .statusRead)
            return names.filter { !AtomicWrite.isTemporary($0) }.sorted()
        } catch  where error.code == .notFound {
            return []
        } catch  where error.code == .tooMany {
            throw StoreError(
                .unavailable(error), "list the hosts in \(directory)", "there are more than \(limit) statuses",
                "Run `wasmrollout collect`: it removes those of hosts that are gone.")
        } catch {
            throw StoreError(error, during: "list the hosts in \(directory)")
        }
    }

    func file(_ name: String) -> StatusFile { StatusFile(path: directory.appending(name)) }

    func decode(_ payload: [UInt8], _ name: String) throws(StoreError) -> HostStatus {
        let status = try file(name).decode(payload)
        guard status.host.description == name, app == nil || status.app == app else {
            throw StoreError(
                .corrupt, "read the status \(directory.appending(name))",
                "it is of host '\(status.host)' and app '\(status.app)'",
                "Remove it.")
        }
        return status
    }
}
