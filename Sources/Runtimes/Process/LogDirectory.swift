import RolloutSystem
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Log files that a backend writes by itself, for as long as it lives, and never shortens.
struct LogDirectory: Sendable {
    var directory: FilePath
    /// Bytes of each file (see `LogFile`), but for what is written between two looks.
    var limit: Int64
    var interval: Duration

    /// Looks after them until the backend has ended.
    func watch(until exit: Eventual<ProcessExit>) {
        let watching = Task.detached {
            while true {
                do { try await Task.sleep(for: interval) } catch { return }
                turn()
            }
        }
        exit.whenKnown { _ in watching.cancel() }
    }

    private func turn() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        // Of some there is only the older one, as long as no request opens it anew.
        for name in Set(names.map { $0.hasSuffix(LogFile.oldSuffix) ? String($0.dropLast(LogFile.oldSuffix.count)) : $0 }) {
            LogFile(path: directory.appending(name), limit: limit).turn()
        }
    }
}
