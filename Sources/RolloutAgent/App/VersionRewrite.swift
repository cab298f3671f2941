import ReleaseStore
import RolloutCore

/// Fills a release's id into its Spin manifest, so that what runs can be asked which release it is.
package enum VersionRewrite {
    package static func make() -> EntryRewrite {
        EntryRewrite { (original, _, id) throws(ContentError) in
            guard let text = String(validating: original, as: UTF8.self),
                let stamped = SpinManifestStamp.withVersion(text, releaseID: id)
            else { throw ContentError("it was not written by `wasmrollout publish`") }
            return Array(stamped.utf8)
        }
    }
}
