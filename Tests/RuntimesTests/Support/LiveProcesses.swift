import Foundation

/// Processes that are alive, as /proc says: dead ones that nobody waited for do not count.
enum LiveProcesses {
    static func children(of parent: Int32) -> [Int32] { all { $0.parent == parent } }

    static func group(_ group: Int32) -> [Int32] { all { $0.group == group } }

    static func commandLine(of process: Int32) -> [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func all(_ isWanted: ((parent: Int32, group: Int32)) -> Bool) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { process in
            guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
            let text = String(decoding: data, as: UTF8.self)
            guard let end = text.lastIndex(of: ")") else { return false }
            let fields = text[text.index(after: end)...].split(separator: " ")
            guard fields.count > 2, fields[0] != "Z", fields[0] != "X" else { return false }
            return isWanted((Int32(fields[1]) ?? 0, Int32(fields[2]) ?? 0))
        }
    }
}
