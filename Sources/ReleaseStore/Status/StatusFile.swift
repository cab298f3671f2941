import RolloutCore
import RolloutSystem
import SystemPackage

/// A host's status in its file: one page, rewritten in place.
package struct StatusFile: Hashable, Sendable {
    package static let fileSize = 4096

    private let file: InPlaceFile

    /// - Parameter path: `VolumeLayout.status`, or the host's name in another directory when the volume is mounted read-only.
    package init(path: FilePath) {
        self.file = InPlaceFile(path: path, kind: "status", size: Self.fileSize, reading: .statusRead, writing: .statusWrite)
    }

    /// Writes all that fits: refusals and texts are shortened until it does.
    package func write(_ status: HostStatus, in fileSystem: any FileSystem) throws(StoreError) {
        var payload: [UInt8] = []
        for (refusals, textBytes) in [(16, 1000), (16, 200), (8, 200), (4, 200), (2, 100), (0, 100)] {
            payload = try CanonicalJSON.encode(status.shortened(refusals: refusals, textBytes: textBytes))
            if InPlaceFile.frame(payload, kind: file.kind, size: file.size) != nil { break }
        }
        try attempt("write the status of host '\(status.host)'") { () throws(FileError) in
            // Not through a linked directory.
            try fileSystem.revalidateDirectory(file.path.parentDirectory, for: .statusWrite)
            try file.write(payload, in: fileSystem)
        }
    }

    /// When the file was last written, by the clock of the server that keeps it; `nil` when that cannot be had. Right after a write the
    /// answer to that write has brought it along.
    package func stamp(in fileSystem: any FileSystem) -> Instant? {
        guard let status = try? fileSystem.status(file.path, for: .statusWrite) else { return nil }
        return Instant(milliseconds: status.modified / 1_000_000)
    }

    /// `nil` when there is none; `.corrupt` when there is something else.
    package func read(in fileSystem: any FileSystem) throws(StoreError) -> HostStatus? {
        guard let payload = try payload(in: fileSystem) else { return nil }
        return try decode(payload)
    }

    /// What is in it, whole but not looked at; `nil` when there is none.
    func payload(in fileSystem: any FileSystem) throws(StoreError) -> [UInt8]? {
        let reading = try attempt("read \(object)") { () throws(FileError) in try file.read(in: fileSystem) }
        switch reading {
        case .absent: return nil
        case .payload(let payload): return payload
        case .unreadable:
            throw StoreError(
                .corrupt, "read \(object)", "it is damaged",
                "Its host writes it again within a minute; if the host is gone, remove it.")
        }
    }

    func decode(_ payload: [UInt8]) throws(StoreError) -> HostStatus {
        // Fields of a later version are passed over: nothing is decided by what a status does not say.
        let status = try CanonicalJSON.lenient(HostStatus.self, from: payload, object: object)
        guard status.format == HostStatus.currentFormat else {
            throw StoreError(
                .unknownFormat, "read \(object)",
                "its format is \(status.format), this version reads \(HostStatus.currentFormat)",
                "Use a matching version of wasmrollout.")
        }
        return status
    }

    private var object: String { "the status \(file.path)" }
}
