import RolloutSystem
import SystemPackage

/// One call that was made through a door to files that a test watches.
package struct FileCall: Hashable, Sendable {
    package var operation: FileOperation
    package var path: FilePath
    package var purpose: FilePurpose
    /// Only of a status: whether the server was asked.
    package var forceSync: Bool

    package init(operation: FileOperation, path: FilePath, purpose: FilePurpose, forceSync: Bool = false) {
        self.operation = operation
        self.path = path
        self.purpose = purpose
        self.forceSync = forceSync
    }
}
