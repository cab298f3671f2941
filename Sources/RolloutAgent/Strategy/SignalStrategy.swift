import Glibc
import RolloutCore
import RolloutSystem
import SystemPackage

/// Strategy `signal`: a process gets a signal once `current` is swapped.
struct SignalStrategy: Sendable {
    let target: SignalTarget
    let signal: String
    let files: any FileSystem
    let launcher: any ProcessLauncher

    func notify(_ copy: LocalCopy) async throws(BackendFailure) {
        guard let signal = ProcessSignal(signal) else {
            throw Self.unable("Could not signal the application: '\(self.signal)' is no signal.")
        }
        let process = try find()
        guard launcher.signal(process, signal, for: .serverSignal) else {
            throw Self.unable(
                "Could not signal the application: process \(process.processID) has ended, or belongs to another "
                    + "user. Run both as the same user.")
        }
    }

    private func find() throws(BackendFailure) -> ProcessIdentity {
        switch target {
        case .pidFile(let file): try process(in: file)
        case .program(let name, let argument): try process(running: name, argument)
        }
    }

    private func process(in file: FilePath) throws(BackendFailure) -> ProcessIdentity {
        let text: String
        do throws(FileError) {
            text = String(decoding: try files.readAll(file, limit: 64, for: .userRead), as: UTF8.self)
        } catch {
            throw Self.unable("Could not signal the application: \(error)")
        }
        guard let processID = Int32(text.prefix { $0.isNumber }), processID > 1 else {
            throw Self.unable("Could not signal the application: \(file) holds no process id.")
        }
        guard let process = launcher.identity(processID: processID) else {
            throw Self.unable(
                "Could not signal the application: process \(processID), named in \(file), does not run.")
        }
        return process
    }

    private func process(running name: String, _ argument: String?) throws(BackendFailure) -> ProcessIdentity {
        let found = launcher.processes(running: name, argument: argument)
        let what = "program '\(name)'" + (argument.map { " with the argument '\($0)'" } ?? "")
        guard let process = found.first else {
            throw Self.unable(
                "Could not signal the application: no process runs \(what). Start it; in another container, with a "
                    + "shared PID namespace.")
        }
        guard found.count == 1 else {
            throw Self.unable(
                "Could not signal the application: \(found.count) processes run \(what). Tell them apart by an "
                    + "argument.")
        }
        return process
    }

    /// Whether there is anything to signal says nothing about the release: it is tried again, and not refused.
    private static func unable(_ reason: String) -> BackendFailure { BackendFailure(reason: reason, cause: .environment) }
}
