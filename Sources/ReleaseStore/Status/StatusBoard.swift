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

    package static let hostsLimit = 10_000

    private let directory: FilePath
    let app: AppName?
    private let fileSystem: any FileSystem

    package init(_ volume: Volume, app: AppName) {
        self.directory = volume.layout.hosts(app)
        self.app = app
        self.fileSystem = volume.fileSystem
    }

    /// Sorted by name; empty when no host has ever written one.
    package func all() throws(StoreError) -> [Entry] {
        let names: [String]
        do throws(FileError) {
            names = try fileSystem.list(directory, limit: Self.hostsLimit, for: .statusRead)
        } catch  where error.code == .notFound {
            return []
        } catch {
            throw StoreError(error, during: "list the hosts in \(directory)")
        }
        var entries: [Entry] = []
        for name in names.sorted() where !AtomicWrite.isTemporary(name) {
            do throws(StoreError) {
                guard let status = try read(name) else { continue }
                entries.append(Entry(name: name, status: .success(status)))
            } catch {
                entries.append(Entry(name: name, status: .failure(error)))
            }
        }
        return entries
    }

    private func read(_ name: String) throws(StoreError) -> HostStatus? {
        let path = directory.appending(name)
        guard let status = try StatusFile(path: path).read(in: fileSystem) else { return nil }
        guard status.host.description == name, app == nil || status.app == app else {
            throw StoreError(
                .corrupt, "read the status \(path)", "it is of host '\(status.host)' and app '\(status.app)'", "Remove it.")
        }
        return status
    }
}
