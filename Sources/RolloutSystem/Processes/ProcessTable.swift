import Glibc
import SystemPackage

/// What runs on this host, read from /proc.
struct ProcessTable {
    private let files = LinuxFileSystem()

    /// `nil` when nothing runs under the id, or only a dead process that nobody has waited for.
    func identity(_ processID: Int32) -> ProcessIdentity? {
        guard let bytes = read(processID, "stat") else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        // The second field is the program's name in parentheses, which may itself contain any character.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        // proc(5): the third field is the state, the twenty-second the start time.
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let startTime = UInt64(fields[19]) else { return nil }
        return ProcessIdentity(processID: processID, startTime: startTime)
    }

    func processes(marked marker: String) -> [ProcessIdentity] {
        let wanted = Array("\(LaunchRequest.markerVariable)=\(marker)".utf8)
        let names = (try? files.list("/proc", limit: .max, for: .processRead)) ?? []
        return names.compactMap { Int32($0) }.sorted().compactMap { processID in
            // The identity first: if the id changes hands in between, the old identity matches nothing any more.
            guard let identity = identity(processID), let environment = read(processID, "environ"),
                environment.split(separator: 0).contains(where: { $0.elementsEqual(wanted) })
            else { return nil }
            return identity
        }
    }

    /// `nil` also when it belongs to another user.
    private func read(_ processID: Int32, _ name: String) -> [UInt8]? {
        try? files.readAll(FilePath("/proc/\(processID)/\(name)"), limit: 4 << 20, for: .processRead)
    }
}
