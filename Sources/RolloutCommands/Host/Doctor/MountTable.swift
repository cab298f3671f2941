import RolloutSystem
import SystemPackage

/// What is mounted where, from the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
struct MountTable {
    struct Mount: Hashable, Sendable {
        var point: FilePath
        var type: String
        var source: String
        /// Of the mount and of the file system.
        var options: Set<String>

        /// The value of `name=value` among the options.
        func option(_ name: String) -> String? {
            options.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
        }

        var isNFS: Bool { type == "nfs" || type == "nfs4" }
    }

    private let mounts: [Mount]

    init(text: String) {
        self.mounts = text.split(separator: "\n").compactMap(Self.mount)
    }

    /// Of this process; empty when it cannot be told.
    static func current(in files: any FileSystem) -> MountTable {
        let bytes = (try? files.readAll("/proc/self/mountinfo", limit: 4 << 20, for: .userRead)) ?? []
        return MountTable(text: String(decoding: bytes, as: UTF8.self))
    }

    /// The mount that a path is on: of the deepest mount points above it the one mounted last.
    func mount(of path: FilePath) -> Mount? {
        var found: Mount?
        for mount in mounts where path.starts(with: mount.point) {
            if found.map({ mount.point.components.count >= $0.point.components.count }) ?? true { found = mount }
        }
        return found
    }

    private static func mount(_ line: Substring) -> Mount? {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else { return nil }
        let options = fields[5].split(separator: ",") + fields[dash + 3].split(separator: ",")
        return Mount(
            point: FilePath(unescaped(fields[4])), type: String(fields[dash + 1]), source: unescaped(fields[dash + 2]),
            options: Set(options.map(String.init)))
    }

    /// Space, tab, line feed and backslash stand as `\` and three octal digits.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == 92, digits.count == 3, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
