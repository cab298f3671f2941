import RolloutCore
import RolloutSystem

/// Why something on the volume, in the host's local store or in a key file could not be done.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// A file operation failed. Says nothing about the content: try again later.
        case unavailable(FileError)
        /// There is no volume, or something else is there.
        case notAVolume
        /// Written by a version of wasmrollout that this one does not understand.
        case unknownFormat
        /// What is there breaks the format: damaged, or not written by wasmrollout.
        case corrupt
        /// The bytes read do not have the digest they are named by. On NFS this can be a stale read, which goes away within a
        /// minute; the caller decides whether to try again.
        case wrongContent(Digest)
        /// Nothing has the digest on the volume.
        case missing(Digest)
        /// The log's state does not allow the change.
        case illegalStep
        /// The change would choose a release that is quarantined.
        case quarantined(Digest)
        /// The log on the volume, or the record that would be written to it, is not one that the given policy trusts.
        case untrusted(TrustRefusal)
        /// This host's clock is too far ahead of the volume's to date a record by; none was written.
        case wrongClock(ClockSkew)
        /// What was asked for breaks a rule; nothing was written.
        case refused
        /// Whether the record was written could not be found out.
        case unknownOutcome
        /// Others wrote to the log faster, again and again.
        case contended
        /// A key or policy file that must not be used as it is.
        case unsafeKey
        /// Too little space for what would be written.
        case noSpace
        /// Another process holds it.
        case locked
    }

    package var code: Code
    /// Completes "Could not ".
    package var action: String
    /// Why, in words that follow a colon.
    package var reason: String
    /// What to do about it: a whole sentence.
    package var remedy: String

    package init(_ code: Code, _ action: String, _ reason: String, _ remedy: String) {
        self.code = code
        self.action = action
        self.reason = reason
        self.remedy = remedy
    }

    /// A file operation that failed while doing `action` ("read record 5 of app 'shop'").
    package init(_ error: FileError, during action: String) {
        self.init(
            error.code == .noSpace ? .noSpace : .unavailable(error), action, "\(error.path): \(error.reason)", error.remedy)
    }

    package var description: String { "Could not \(action): \(reason). \(remedy)" }

    /// The file operation's error, when that is what it was.
    package var fileError: FileError? {
        if case .unavailable(let error) = code { error } else { nil }
    }
}

extension FileError {
    fileprivate var remedy: String {
        if purpose == .userRead || purpose == .userWrite { return remedyForNamed }
        return switch code {
        case .notFound: "Check the path, and that the volume is mounted."
        case .permissionDenied: "Check who may read and write it."
        case .readOnly: "Do this where it is mounted for writing."
        case .noSpace:
            purpose.isOfStore ? "Free some space on that disk." : "Free some space, or run `wasmrollout collect`."
        case .tooManyOpenFiles: "Raise the limit on open files."
        case .notRegular, .notDirectory, .tooMany, .exists, .notEmpty: "Run `wasmrollout verify`."
        case .stale, .timedOut, .crossDevice, .other: "Check the mount and its server, then try again."
        }
    }

    /// For what a person named.
    private var remedyForNamed: String {
        switch code {
        case .notFound: "Check the path."
        case .permissionDenied: "Check who may read and write it."
        case .readOnly: "Choose a directory that can be written to."
        case .noSpace: "Free some space on that disk."
        case .tooManyOpenFiles: "Raise the limit on open files."
        case .notRegular, .notDirectory, .tooMany, .exists, .notEmpty: "Name another one."
        case .stale, .timedOut, .crossDevice, .other: "Check the disk that it is on, then try again."
        }
    }
}

extension FilePurpose {
    /// Whether it is about a host's own disk.
    fileprivate var isOfStore: Bool {
        switch self {
        case .storeCreate, .storeRead, .storeLock, .materializeWrite, .materializeSync, .materializePublish, .hostRecordWrite,
            .hostRecordSync, .hostRecordSwap, .hostRecordRead, .currentLink, .currentSwap, .currentSync, .currentRead:
            true
        default: false
        }
    }
}

/// Runs file operations as part of `action`, which completes "Could not ".
func attempt<Result>(
    _ action: @autoclosure () -> String, _ body: () throws(FileError) -> Result
) throws(StoreError) -> Result {
    do throws(FileError) {
        return try body()
    } catch {
        throw StoreError(error, during: action())
    }
}
