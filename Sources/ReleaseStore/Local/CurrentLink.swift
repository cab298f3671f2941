import RolloutCore
import RolloutSystem
import SystemPackage

/// `current`: the symbolic link by which people and programs outside find the release a host runs. The agent itself never goes
/// through it.
package struct CurrentLink: Sendable {
    private let store: LocalStore

    package init(_ store: LocalStore) { self.store = store }

    /// The release it names; `nil` when there is no link.
    ///
    /// Throws `.corrupt` for something that is not such a link.
    package func read() throws(StoreError) -> Digest? {
        let path = store.layout.current
        let target: FilePath
        do throws(FileError) {
            target = try store.fileSystem.readSymbolicLink(path, for: .currentRead)
        } catch  where error.code == .notFound {
            return nil
        } catch  where error.code == .notRegular {
            throw corrupt("it is not a symbolic link")
        } catch {
            throw StoreError(error, during: "read \(path)")
        }
        guard let release = LocalLayout.release(ofCurrentTarget: target) else { throw corrupt("it leads to '\(target)'") }
        return release
    }

    /// Makes it name `release`, which must be materialized: the old link or the new one is there at every instant, through
    /// power loss too. Read back, because what is believed must be what is there.
    package func swap(to release: Digest) throws(StoreError) {
        let layout = store.layout
        try attempt("swap \(layout.current) to release \(release.short)") { () throws(FileError) in
            let write = AtomicWrite(store.fileSystem, .current)
            try write.replaceSymbolicLink(layout.current, to: LocalLayout.currentTarget(release))
        }
        guard try read() == release else {
            throw StoreError(
                .corrupt, "swap \(layout.current) to release \(release.short)", "it names another release afterwards",
                "Check that only one agent runs this store.")
        }
    }

    private func corrupt(_ reason: String) -> StoreError {
        StoreError(.corrupt, "read \(store.layout.current)", reason, "Remove it; the agent makes it anew.")
    }
}
