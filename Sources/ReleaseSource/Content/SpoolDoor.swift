import RolloutCore
import RolloutSystem
import SystemPackage

/// Where decompressed content goes.
struct SpoolDoor {
    let fileSystem: any FileSystem
    let directory: FilePath

    func gunzip(_ content: any Content) throws(ContentError) -> any Content {
        try Spool.make(in: directory, fileSystem) { (sink) throws(ContentError) in
            try Gunzip.expand(content, into: sink)
        }
    }
}
