import Glibc

/// What is left of a process group, as the kernel says.
enum ProcessGroup {
    /// Whether the group has a process that is not dead. One that is dead and not yet waited for does not count: nobody
    /// may ever wait for it (PID 1 of a container often does not).
    static func isAlive(_ group: Int32) -> Bool {
        guard let directory = opendir("/proc") else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = Int32(name), let (state, itsGroup) = status(of: process) else { continue }
            if itsGroup == group, state != "Z", state != "X" { return true }
        }
        return false
    }

    /// State and process group from `/proc/<pid>/stat`; `nil` when the process is gone.
    private static func status(of process: Int32) -> (state: Character, group: Int32)? {
        let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
        guard let end = bytes[..<count].lastIndex(of: 41) else { return nil }
        let fields = String(decoding: bytes[(end + 1)..<count], as: UTF8.self).split(separator: " ")
        guard fields.count > 2, let state = fields[0].first, let group = Int32(fields[2]) else { return nil }
        return (state, group)
    }
}
