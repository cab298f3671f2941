import ArgumentParser
import ReleaseStore
import RolloutAgent
import RolloutCore
import RolloutSystem
import SystemPackage

/// `wasmrollout verify`.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a whole volume, or one host's local store, against the laws.",
        discussion: """
            Reads everything: every record's chain, state and signatures, every manifest and blob. Exit code 0: the laws hold; \
            65: one is broken. Changes nothing.

            Example:
              wasmrollout verify --volume /mnt/app --trust ci.trust.json
              wasmrollout verify --store /var/lib/wasmrollout
            """)

    @Option(
        name: .long, help: ArgumentHelp("A host's local store instead of the volume.", valueName: "directory"),
        completion: .directory)
    var store: String?

    @OptionGroup var volume: VolumeOption
    @OptionGroup var trust: TrustOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if store != nil, volume.volume != nil { throw ValidationError("Give --store or --volume, not both.") }
    }

    func run() async throws {
        let verification: Verification
        if let store {
            let path = CommandHost.absolute(store)
            verification = try await VolumeCall(path: path, deadline: volume.deadline.duration, kind: "local store").run {
                try Self.verifyStore(CommandHost.resolvingLinks(path))
            }
        } else {
            let trust = trust
            verification = try await volume.read { try Self.verify($0, policy: trust.load()) }
        }
        global.write(verification)
        if !verification.isGood { throw ExitCode(CommandStatus.badData.rawValue) }
    }

    private static func verify(_ volume: Volume, policy: TrustPolicy?) throws -> Verification {
        let report = try VolumeVerifier(volume, policy: policy).verify(now: CommandHost.now)
        return Verification(
            what: "Volume \(volume.id)", checksSignatures: policy != nil,
            parts: [Verification.Part(path: volume.layout.root.string, report: report)])
    }

    private static func verifyStore(_ store: FilePath) throws -> Verification {
        let names: [String]
        do throws(FileError) {
            names = try CommandHost.files.list(store, limit: 10_000, for: .storeRead)
        } catch {
            throw CommandFailure(
                .unavailable,
                "Could not verify the local store \(store): \(error.reason). Name the directory `store.path` of the agent's configuration."
            )
        }
        let apps = names.compactMap { AppName($0) }.sorted()
        let parts = try apps.map { app in
            let layout = LocalLayout(store: store, app: app)
            let verifier = LocalVerifier(layout, rewrite: VersionRewrite.make(), in: CommandHost.files)
            return Verification.Part(path: layout.root.string, report: try verifier.verify())
        }
        return Verification(what: "Local store \(store)", checksSignatures: nil, parts: parts)
    }
}

/// What `verify` shows.
struct Verification: Renderable {
    struct Part: Encodable, Sendable {
        var path: String
        var report: VerifyReport
    }

    var what: String
    /// `nil` where there are none: in a local store, only what was trusted is kept.
    var checksSignatures: Bool?
    var parts: [Part]
    var isGood: Bool

    init(what: String, checksSignatures: Bool?, parts: [Part]) {
        self.what = what
        self.checksSignatures = checksSignatures
        self.parts = parts
        self.isGood = parts.allSatisfy(\.report.isGood)
    }

    var text: String {
        var lines: [String] = []
        for part in parts {
            for finding in part.report.findings.sorted(by: { $0.severity > $1.severity }) {
                lines.append("\(finding.severity.rawValue): \(part.path)/\(finding.path) \(finding.words.sentence)".printable)
            }
            if part.report.isTruncated { lines.append("error: \(part.path) has more findings than are shown.".printable) }
        }
        lines.append("\(what): \(isGood ? "the laws hold" : "A LAW IS BROKEN").")
        lines.append("Looked at \(counts).")
        if checksSignatures == false { lines.append("Signatures were not checked: give --trust to check them.") }
        return lines.joined(separator: "\n")
    }

    private var counts: String {
        func sum<Number: AdditiveArithmetic>(_ value: KeyPath<VerifyReport, Number>) -> Number {
            parts.reduce(.zero) { $0 + $1.report[keyPath: value] }
        }
        return "\(sum(\.records)) records, \(sum(\.releases)) releases, \(sum(\.blobs)) files (\(sum(\.bytes).byteText)), "
            + "\(sum(\.hosts)) host statuses"
    }
}
