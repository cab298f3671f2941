import SystemPackage

/// A file held open. Closed by `FileSystem.close`, once.
package struct OpenFile: Hashable, Sendable {
    package let descriptor: Int32
    /// The name it was opened by, for error messages; it may have another one by now.
    package let path: FilePath

    package init(descriptor: Int32, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }
}
