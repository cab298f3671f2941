import RolloutCore
import RolloutSystem
import SystemPackage

/// An operator's word that a host is to accept a log that is not the one it has followed so far: of a volume that was restored from an
/// older copy, or exchanged. It lies in the host's local store, so it is as good as whoever may write there, and it is for one log only.
package struct LogConsent: Codable, Hashable, Sendable {
    package var format: Int
    package var volume: VolumeID
    /// A record of that log, the newest when the word was given, and the digest of its file.
    package var sequence: UInt64
    package var digest: Digest
    /// Who gave it, for people.
    package var who: String
    package var at: Instant

    package static let currentFormat = 1

    package init(_ head: AcceptedHead, who: String, at: Instant) {
        self.format = Self.currentFormat
        self.volume = head.volume
        self.sequence = head.sequence
        self.digest = head.digest
        self.who = who
        self.at = at
    }

    /// Whether it is for the log that is on the volume. Throws `.unavailable`.
    package func isFor(_ log: ReleaseLog) throws(StoreError) -> Bool {
        guard format == Self.currentFormat, volume == log.volume.id else { return false }
        return try log.digest(sequence) == digest
    }
}

/// The word in its file.
package struct LogConsentFile: Sendable {
    private static let byteLimit = 64 << 10

    private let layout: LocalLayout
    private let fileSystem: any FileSystem

    package init(_ layout: LocalLayout, in fileSystem: any FileSystem) {
        self.layout = layout
        self.fileSystem = fileSystem
    }

    /// `nil` when there is none, or nothing that can be understood.
    package func read() throws(StoreError) -> LogConsent? {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try fileSystem.readAll(layout.consent, limit: Self.byteLimit, for: .hostRecordRead)
        } catch  where [.notFound, .notRegular, .tooMany].contains(error.code) {
            return nil
        } catch {
            throw StoreError(error, during: "read \(layout.consent)")
        }
        do throws(StoreError) {
            return try AuthoredJSON.decode(LogConsent.self, from: bytes, object: "\(layout.consent)")
        } catch {
            return nil
        }
    }

    /// Durable when this returns. Readable for all: who gives the word need not be the agent's user.
    package func write(_ consent: LogConsent) throws(StoreError) {
        let bytes = try AuthoredJSON.encode(consent)
        try attempt("write \(layout.consent)") { () throws(FileError) in
            try AtomicWrite(fileSystem, .hostRecord).replace(layout.consent, with: bytes, mode: 0o644)
        }
    }

    /// It has been used.
    package func remove() throws(StoreError) {
        do throws(FileError) {
            try fileSystem.unlink(layout.consent, for: .hostRecordWrite)
        } catch  where error.code == .notFound {
            // It was given once and used once.
        } catch {
            throw StoreError(error, during: "remove \(layout.consent)")
        }
    }
}
