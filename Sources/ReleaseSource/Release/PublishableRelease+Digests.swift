import RolloutCore

extension PublishableRelease {
    /// The digest of every file: the ones that are known, and the others by reading them once.
    package func digests() throws(ReleaseSourceError) -> [RelativePath: Digest] {
        var digests: [RelativePath: Digest] = [:]
        for file in files {
            do throws(ContentError) {
                if let known = file.content.digest {
                    digests[file.path] = known
                } else {
                    digests[file.path] = try ContentDigest.of(file.content)
                }
            } catch {
                throw ReleaseSourceError(file.path.description, error)
            }
        }
        return digests
    }
}
