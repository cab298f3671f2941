import RolloutCore
import RolloutSystem
import SystemPackage

/// Compares one app's local store with the laws: `current` names a whole release, every release is whole, the host's record
/// can be read and names releases that are there. Changes nothing.
package struct LocalVerifier: Sendable {
    package let layout: LocalLayout
    let fileSystem: any FileSystem
    let rewrite: EntryRewrite?

    package init(_ layout: LocalLayout, rewrite: EntryRewrite? = nil, in fileSystem: any FileSystem) {
        self.layout = layout
        self.rewrite = rewrite
        self.fileSystem = fileSystem
    }

    /// Throws `.unavailable` only.
    package func verify() throws(StoreError) -> VerifyReport {
        var report = VerifyReport()
        let store = LocalStore(layout: layout, fileSystem: fileSystem)
        guard
            try attempt(
                "verify \(layout.root)", { () throws(FileError) in try fileSystem.status(layout.root, for: .storeRead) }) != nil
        else {
            report.add(.note, ".", "this host has no local store for app '\(layout.app)' yet")
            return report
        }
        let whole = try verifyReleases(store, &report)
        try verifyCurrent(store, whole, &report)
        try verifyRecord(store, whole, &report)
        try verifyRest(&report)
        return report
    }

    private func verifyReleases(_ store: LocalStore, _ report: inout VerifyReport) throws(StoreError) -> Set<Digest> {
        var whole = Set<Digest>()
        for release in try store.releases() {
            report.releases += 1
            do throws(StoreError) {
                let local = try LocalRelease.verify(release, in: store, rewrite: rewrite)
                report.bytes &+= local.manifest.totalBytes
                report.blobs += local.manifest.files.count
                whole.insert(release)
            } catch {
                if case .unavailable = error.code { throw error }
                // Made again before it is used; law 1 is about what `current` names.
                report.add(.warning, "releases/\(release.hex)", error.reason)
            }
        }
        return whole
    }

    private func verifyCurrent(_ store: LocalStore, _ whole: Set<Digest>, _ report: inout VerifyReport) throws(StoreError) {
        do throws(StoreError) {
            guard let current = try CurrentLink(store).read() else {
                report.add(.note, "current", "there is none: nothing was activated yet")
                return
            }
            if !whole.contains(current) {
                report.add(.error, "current", "names release \(current.short), of which this host has no whole copy")
            }
        } catch {
            if case .unavailable = error.code { throw error }
            report.add(.error, "current", error.reason)
        }
    }

    private func verifyRecord(_ store: LocalStore, _ whole: Set<Digest>, _ report: inout VerifyReport) throws(StoreError) {
        do throws(StoreError) {
            guard let record = try HostRecordFile(store).read() else { return }
            if let serving = record.serving?.release, !whole.contains(serving) {
                report.add(.error, "record.json", "says that release \(serving.short) serves, of which there is no whole copy")
            }
        } catch {
            if case .unavailable = error.code { throw error }
            report.add(.error, "record.json", error.reason)
        }
    }

    private func verifyRest(_ report: inout VerifyReport) throws(StoreError) {
        let names = try attempt("verify \(layout.root)") { () throws(FileError) in
            try fileSystem.list(layout.root, limit: LocalStore.namesLimit, for: .storeRead)
        }
        let known = Set(
            [layout.releases, layout.current, layout.record, layout.consent, layout.lock, layout.scratch].map(\.lastName))
        for name in names.sorted() where !known.contains(name) {
            if name.hasPrefix("\(layout.record.lastName).damaged.") {
                report.add(.warning, name, "is a host's record that could not be read; look at it, then remove it")
            } else if AtomicWrite.isTemporary(name) {
                report.add(.note, name, "is unfinished; the agent removes it when it starts")
            } else {
                report.add(.warning, name, "does not belong in a local store")
            }
        }
    }
}
