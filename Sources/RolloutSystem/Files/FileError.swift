import SystemPackage

/// A file operation that failed: which, on what, why.
package struct FileError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        case notFound, exists, notRegular, notDirectory, notEmpty, permissionDenied, readOnly, noSpace, tooManyOpenFiles
        /// More names in a directory, or more bytes in a file, than the caller allows.
        case tooMany
        /// The file was replaced or removed on the server (ESTALE): open it again by path.
        case stale
        /// The call did not come back within its deadline, or another one to the same volume still hangs.
        case timedOut
        /// The link would cross file systems (EXDEV).
        case crossDevice
        /// Input/output error, or any errno not named above.
        case other
    }

    package var code: Code
    /// Raw; 0 when the error was not the system's. NFS clients have returned numbers errno(3) does not list.
    package var errno: Int32
    package var operation: FileOperation
    package var path: FilePath
    package var purpose: FilePurpose

    package init(code: Code, errno: Int32 = 0, operation: FileOperation, path: FilePath, purpose: FilePurpose) {
        self.code = code
        self.errno = errno
        self.operation = operation
        self.path = path
        self.purpose = purpose
    }

    /// From an errno; any number is accepted (a client whose server went away has been seen to return 512).
    package init(errno: Int32, operation: FileOperation, path: FilePath, purpose: FilePurpose) {
        self.init(
            code: Code(errno: errno), errno: errno, operation: operation, path: path, purpose: purpose)
    }
}

extension FileError: CustomStringConvertible {
    /// "Could not open /volume/head: no such file or directory."
    package var description: String { "Could not \(operation.verb) \(path): \(reason)." }

    /// Why, in words that follow a colon.
    package var reason: String {
        switch code {
        case .notFound: "no such file or directory"
        case .exists: "the name is taken"
        case .notRegular: operation == .readSymbolicLink ? "it is not a symbolic link" : "it is not a regular file"
        case .notDirectory: "it is not a directory"
        case .notEmpty: "the directory is not empty"
        case .permissionDenied: "permission denied"
        case .readOnly: "the file system is read-only"
        case .noSpace: "no space is left"
        case .tooManyOpenFiles: "too many files are open"
        case .tooMany: "there is more in it than is allowed"
        case .stale: "it was replaced or removed on the server"
        case .timedOut: "the file system did not answer in time"
        case .crossDevice: "the two names are on different file systems"
        case .other: errno == 0 ? "the file system gave no reason" : "\(Errno(rawValue: errno)) (\(errno))"
        }
    }
}
