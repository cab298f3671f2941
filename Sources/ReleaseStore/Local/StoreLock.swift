import RolloutCore
import RolloutSystem
import SystemPackage

/// Keeps a second agent from running the same app in the same local store. Held for as long as the process lives, or until
/// `release`: the system frees it when the process ends, however it ends.
package struct StoreLock: Sendable {
    private let file: OpenFile

    /// Throws `.locked` when another process holds it, `.unavailable` otherwise.
    package static func take(_ layout: LocalLayout, in fileSystem: any FileSystem) throws(StoreError) -> StoreLock {
        let action = "lock the local store \(layout.root)"
        let file = try attempt(action) { () throws(FileError) in
            try fileSystem.createDirectories(layout.root, mode: LocalStore.directoryMode, for: .storeCreate)
            return try fileSystem.openForUpdating(layout.lock, mode: 0o600, for: .storeLock)
        }
        let isOurs: Bool
        do throws(FileError) {
            isOurs = try fileSystem.tryLock(file, for: .storeLock)
        } catch {
            fileSystem.close(file)
            throw StoreError(error, during: action)
        }
        guard isOurs else {
            fileSystem.close(file)
            throw StoreError(
                .locked, action, "another agent runs app '\(layout.app)' from it",
                "Stop that one, or give this one another store.")
        }
        return StoreLock(file: file)
    }

    package func release(in fileSystem: any FileSystem) { fileSystem.close(file) }
}
