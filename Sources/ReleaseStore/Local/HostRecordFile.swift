import RolloutCore
import RolloutSystem
import SystemPackage

/// The host's record in its file: what must survive a crash.
package struct HostRecordFile: Sendable {
    /// What the file held.
    package enum Loaded: Sendable {
        case absent
        case record(HostRecord)
        /// It could not be understood and was renamed, so that people can look at it; start as if it were absent. A sentence.
        case setAside(warning: String)
    }

    static let byteLimit = 8 << 20

    private let store: LocalStore

    package init(_ store: LocalStore) { self.store = store }

    /// Only fails with `.unavailable`: a damaged file must not keep a host from serving.
    package func load() throws(StoreError) -> Loaded {
        do throws(StoreError) {
            return try read().map { .record($0) } ?? .absent
        } catch {
            if case .unavailable = error.code { throw error }
            return try setAside(because: error.reason)
        }
    }

    /// The record; `nil` when there is none. Changes nothing.
    ///
    /// Throws `.corrupt`, `.unknownFormat` or `.unavailable`.
    package func read() throws(StoreError) -> HostRecord? {
        let path = store.layout.record
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try store.fileSystem.readAll(path, limit: Self.byteLimit, for: .hostRecordRead)
        } catch  where error.code == .notFound {
            return nil
        } catch  where error.code == .notRegular || error.code == .tooMany {
            throw StoreError(.corrupt, "read the host's record \(path)", error.reason, "The agent sets it aside.")
        } catch {
            throw StoreError(error, during: "read the host's record \(path)")
        }
        return try decode(bytes)
    }

    /// Durable when this returns.
    package func save(_ record: HostRecord) throws(StoreError) {
        let bytes = try AuthoredJSON.encode(record)
        try attempt("save the host's record \(store.layout.record)") { () throws(FileError) in
            try AtomicWrite(store.fileSystem, .hostRecord).replace(store.layout.record, with: bytes, mode: 0o600)
        }
    }

    private func decode(_ bytes: [UInt8]) throws(StoreError) -> HostRecord {
        let object = "the host's record \(store.layout.record)"
        let format = try AuthoredFormat.read(bytes, object: object)
        guard format == HostRecord.currentFormat else {
            throw StoreError(
                .unknownFormat, "read \(object)", "its format is \(format), this version reads \(HostRecord.currentFormat)",
                "The agent sets it aside.")
        }
        let record = try CanonicalJSON.lenient(HostRecord.self, from: bytes, object: object)
        guard record.app == store.layout.app else {
            throw StoreError(.corrupt, "read \(object)", "it is of app '\(record.app)'", "The agent sets it aside.")
        }
        if let defect = record.accepted?.state.defect {
            throw StoreError(.corrupt, "read \(object)", defect, "The agent sets it aside.")
        }
        return record
    }

    private func setAside(because reason: String) throws(StoreError) -> Loaded {
        let path = store.layout.record
        let aside = store.layout.setAside("record.json", unique: UniqueName.next())
        try attempt("set the damaged record \(path) aside") { () throws(FileError) in
            try store.fileSystem.rename(path, to: aside, for: .hostRecordSwap)
            try store.fileSystem.syncDirectory(store.layout.root, for: .hostRecordSync)
        }
        return .setAside(
            warning: "Could not read the host's record \(path): \(reason). It was renamed to \(aside); this host begins anew, "
                + "and cannot notice a volume that was restored from an older copy.")
    }
}
