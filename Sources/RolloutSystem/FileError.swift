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
    package var operation: String
    package var path: FilePath
    package var purpose: FilePurpose

    package init(code: Code, errno: Int32 = 0, operation: String, path: FilePath, purpose: FilePurpose) {
        self.code = code
        self.errno = errno
        self.operation = operation
        self.path = path
        self.purpose = purpose
    }
}
