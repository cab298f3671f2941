import Glibc
import RolloutSystem
import SystemPackage

/// Strategy `signal`: the process named in a pid file gets a signal once `current` is swapped.
struct SignalStrategy: Sendable {
    let pidFile: FilePath
    let signal: String
    let files: any FileSystem
    let launcher: any ProcessLauncher

    func notify(_ copy: LocalCopy) async throws(BackendFailure) {
        guard let signal = ProcessSignal(signal) else {
            throw BackendFailure(reason: "Could not signal the application: '\(self.signal)' is no signal.")
        }
        let text: String
        do throws(FileError) {
            text = String(decoding: try files.readAll(pidFile, limit: 64, for: .userRead), as: UTF8.self)
        } catch {
            throw BackendFailure(reason: "Could not signal the application: \(error)")
        }
        guard let processID = Int32(text.prefix { $0.isNumber }), processID > 1 else {
            throw BackendFailure(reason: "Could not signal the application: \(pidFile) holds no process id.")
        }
        guard let process = launcher.identity(processID: processID), launcher.signal(process, signal, for: .serverSignal) else {
            throw BackendFailure(
                reason: "Could not signal the application: process \(processID), named in \(pidFile), does not run.")
        }
    }
}
