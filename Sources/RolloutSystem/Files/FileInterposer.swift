import SystemPackage

/// What stands between the users of a file system and the file system: sees each call, and lets it through or not.
package protocol FileInterposer: Sendable {
    /// Carries out `call`, which does `operation` to `path`.
    ///
    /// - Parameter purpose: `nil` for closing a file, which has none.
    func around<Result, Failure: Error>(
        _ operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose?, _ call: () throws(Failure) -> Result
    ) throws(Failure) -> Result
}
