import RolloutSystem
import SystemPackage

/// One call that was made through a door to files that a test watches.
package struct FileCall: Hashable, Sendable {
    package var operation: FileOperation
    package var path: FilePath
    package var purpose: FilePurpose
    /// Only of a status: whether the server was asked.
    package var forceSync = false
}
