import ArgumentParser
import ReleaseStore
import RolloutCore

/// Against whose keys a command checks what it reads.
struct TrustOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A trust policy to check signatures against; else $WASMROLLOUT_TRUST. Without one, none are checked.",
            valueName: "file"),
        completion: .file())
    var trust: String?

    /// `nil` when signatures are not to be checked.
    func load() throws -> TrustPolicy? {
        guard let path = trust ?? CommandHost.variable("WASMROLLOUT_TRUST") else { return nil }
        return try TrustPolicyFile.load(CommandHost.absolute(path), in: CommandHost.files)
    }
}
