import Foundation

/// Processes that are alive, as /proc says: dead ones that nobody waited for do not count.
enum LiveProcesses {
    /// Asks only about the parent: quick enough to catch a child that lives for a second on a busy machine.
    static func children(of parent: Int32) -> [Int32] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
        return tasks.flatMap { task in
            let data = FileManager.default.contents(atPath: "/proc/\(parent)/task/\(task)/children") ?? Data()
            return String(decoding: data, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
        }
    }

    static func group(_ group: Int32) -> [Int32] { all { $0 == group } }

    private static func all(inGroup isWanted: (Int32) -> Bool) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { process in
            guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
            let text = String(decoding: data, as: UTF8.self)
            guard let end = text.lastIndex(of: ")") else { return false }
            let fields = text[text.index(after: end)...].split(separator: " ")
            guard fields.count > 2, fields[0] != "Z", fields[0] != "X" else { return false }
            return isWanted(Int32(fields[2]) ?? 0)
        }
    }
}
