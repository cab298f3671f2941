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

    /// This process is never among them.
    func processes(running program: String, argument: String?) -> [ProcessIdentity] {
        let names = (try? files.list("/proc", limit: .max, for: .processRead)) ?? []
        var found: [Int32: (identity: ProcessIdentity, parent: Int32)] = [:]
        for processID in names.compactMap({ Int32($0) }) where processID != getpid() {
            guard let identity = identity(processID), let line = read(processID, "cmdline") else { continue }
            let words = line.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
            guard let first = words.first, FilePath(first).lastComponent?.string == program,
                argument.map({ words.dropFirst().contains($0) }) ?? true
            else { continue }
            found[processID] = (identity, parent(processID) ?? 0)
        }
        return found.values.filter { found[$0.parent] == nil }.map(\.identity).sorted { $0.processID < $1.processID }
    }

    private func parent(_ processID: Int32) -> Int32? {
        guard let bytes = read(processID, "stat") else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(separator: " ").dropFirst().first.flatMap { Int32($0) }
    }

    /// `nil` also when it belongs to another user.
    private func read(_ processID: Int32, _ name: String) -> [UInt8]? {
        try? files.readAll(FilePath("/proc/\(processID)/\(name)"), limit: 4 << 20, for: .processRead)
    }
}
