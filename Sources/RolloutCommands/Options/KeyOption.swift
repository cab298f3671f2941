import ArgumentParser
import ReleaseStore

/// Which keys sign a record.
struct KeyOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A private key made by `wasmrollout keygen`; repeat it for more signatures. Else $WASMROLLOUT_KEY.",
            valueName: "file"),
        completion: .file())
    var key: [String] = []

    @Flag(name: .long, help: "Sign with no key. Only hosts with `trust = \"none\"` take such a record.")
    var unsigned = false

    func validate() throws {
        if unsigned, !key.isEmpty { throw ValidationError("Give --key or --unsigned, not both.") }
    }

    /// Reads the keys. Throws when there is none and unsigned was not asked for.
    func load() throws -> [SigningKey] {
        if unsigned { return [] }
        let paths = key.isEmpty ? [CommandHost.variable("WASMROLLOUT_KEY")].compactMap { $0 } : key
        guard !paths.isEmpty else {
            throw CommandFailure(
                .usage,
                "Could not sign the record: no key was named. Give --key FILE or set WASMROLLOUT_KEY (`wasmrollout keygen` makes a key); "
                    + "or say --unsigned, if the hosts are configured with trust = \"none\".")
        }
        return try paths.map { try SigningKeyFile.load(CommandHost.absolute($0), in: CommandHost.files) }
    }
}
