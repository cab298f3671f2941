import Foundation
import Glibc
import SystemPackage

/// Live processes that have `home` in their environment: everything a test started, and what that started in turn.
func processes(of home: FilePath) -> [Int32] {
    let marker = Data("HOME=\(home)".utf8)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { id in
        guard id != getpid(), let environment = FileManager.default.contents(atPath: "/proc/\(id)/environ") else {
            return false
        }
        guard environment.range(of: marker) != nil || environment.range(of: Data(home.string.utf8)) != nil else { return false }
        // A dead process that nobody has waited for shows as Z.
        let stat = String(decoding: FileManager.default.contents(atPath: "/proc/\(id)/stat") ?? Data(), as: UTF8.self)
        return !stat.contains(") Z ")
    }
}

/// Kills what is left of a test, so that one failure does not disturb the next test.
func endAll(of home: FilePath) async {
    for id in processes(of: home) { kill(id, SIGKILL) }
}

/// Those of them that run this program.
func programs(named name: String, of home: FilePath) -> [Int32] {
    processes(of: home).filter { id in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/exe"))?.hasSuffix("/\(name)") == true
    }
}
