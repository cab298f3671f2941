import RolloutCore
import RolloutSystem
import SystemPackage

/// Who this host is when nobody else says.
struct MachineIdentity: Sendable {
    private let files: any FileSystem

    init(_ files: any FileSystem) { self.files = files }

    /// - Parameter kind: containers of one image share its machine id, so there the host's name comes first.
    func account(of kind: HostKind?, _ environment: [String: String]) -> HostAccount {
        let order: [FilePath] =
            kind == .instance || kind == nil ? ["/etc/machine-id", "/etc/hostname"] : ["/etc/hostname", "/etc/machine-id"]
        for path in order {
            guard let seed = try? files.readAll(path, limit: 256, for: .userRead), seed.contains(where: { $0 > 32 }) else {
                continue
            }
            // The machine id is not shown itself: machine-id(5) asks for that.
            let id = HostID(unchecked: "host-" + HostName.hashed(Array("wasmrollout host".utf8) + seed))
            return HostAccount(id: id, labels: [:], detail: "a hash of \(path)")
        }
        return HostAccount(
            id: HostID(unchecked: "host-" + HostName.hashed(Array("unknown".utf8))), labels: [:], detail: "nothing",
            complaint:
                "neither /etc/machine-id nor /etc/hostname says anything, so this host cannot be told from others; set host.id")
    }
}
