import Crypto
import RolloutCore
import RolloutSystem
import SystemPackage

/// Who this host is when its configuration does not say.
enum HostIdentity {
    /// From the machine id, which is not shown itself (machine-id(5) asks for that); else from the host name.
    static func find(in files: any FileSystem) -> HostID {
        let machine = try? files.readAll("/etc/machine-id", limit: 256, for: .userRead)
        let name = try? files.readAll("/etc/hostname", limit: 256, for: .userRead)
        let seed = [machine, name].compactMap { $0 }.first { !$0.isEmpty } ?? Array("unknown".utf8)
        var hash = SHA256()
        hash.update(data: Array("wasmrollout host".utf8))
        hash.update(data: seed)
        return HostID(unchecked: "host-" + Digest(bytes: hash.finalize()).short)
    }
}
