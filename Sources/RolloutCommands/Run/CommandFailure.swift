import ReleaseSource
import ReleaseStore
import RolloutAgent
import RolloutCore
import RolloutSystem
import Runtimes

/// Why a command did not do what it was asked to: one line for people, one number for scripts.
struct CommandFailure: Error, Hashable {
    var status: CommandStatus
    /// "Could not <verb> <object>: <reason>. <Remedy>."
    var message: String

    init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// The same as JSON.
    var report: Report { Report(error: Report.Fault(exitCode: status.rawValue, message: message)) }

    struct Report: Encodable {
        var error: Fault

        struct Fault: Encodable {
            var exitCode: Int32
            var message: String
        }
    }
}

extension CommandFailure {
    /// Whether an error is one of ours, and not the argument parser's.
    static func explains(_ error: any Error) -> Bool {
        switch error {
        case is CommandFailure, is StoreError, is FileError, is ReleaseSourceError, is ConfigurationError, is TrustRefusal,
            is RuntimeError, is SupervisorError, is IllegalStep, is AgentError:
            true
        default: false
        }
    }

    /// Turns what a library threw into what this program says.
    init(explaining error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as StoreError: self.init(error)
        case let error as FileError: self.init(.unavailable, "\(error) Check the path and who may use it.")
        case let error as ReleaseSourceError: self.init(.badData, error.description)
        case let error as ConfigurationError: self.init(.configuration, error.description)
        case let refusal as TrustRefusal: self.init(.refusedByTrust, refusal.description)
        case let error as AgentError: self.init(error.code == .configuration ? .configuration : .unavailable, error.description)
        case let error as RuntimeError: self.init(.unavailable, "\(error)")
        case let error as SupervisorError: self.init(.unavailable, "\(error)")
        default: self.init(.unavailable, "Could not finish: \(error). Try again; if it stays, report it.")
        }
    }

    private init(_ error: StoreError) {
        let status: CommandStatus =
            switch error.code {
            case .unavailable, .noSpace, .contended, .locked, .unknownOutcome, .wrongClock: .unavailable
            case .notAVolume, .unknownFormat, .corrupt, .wrongContent, .missing, .illegalStep, .quarantined, .refused: .badData
            case .unsafeKey, .untrusted: .refusedByTrust
            }
        self.init(status, error.description)
    }
}

extension CommandFailure {
    /// After everything else was shown: the log is not whole.
    init(_ damaged: [DamagedRecord], of app: AppName) {
        let more = damaged.count > 1 ? " (and \(damaged.count - 1) more)" : ""
        let words =
            damaged.first.map { "record \($0.sequence)\(more): \($0.file) is no record (\($0.reason))" } ?? "it is damaged"
        self.init(.badData, "Could not read all of the log of app '\(app)': \(words). Run `wasmrollout verify`.".printable)
    }
}
