import ArgumentParser
import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// `wasmrollout keygen`.
struct Keygen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a key to sign releases with, and the trust policy for the hosts.",
        discussion: """
            Writes NAME.key.json (mode 0600: keep it with the publisher) and NAME.trust.json (put it on every host and name it \
            in the agent's configuration). Neither is ever overwritten. With --key-only, the key is shown for adding to a policy \
            that exists, and no new policy is written.

            Example:
              wasmrollout keygen --name ci --directory /etc/wasmrollout
            """)

    @Option(name: .long, help: "The key's name, for people and for the files.")
    var name = "release"

    @Option(name: .long, help: "Where the files are written.", completion: .directory)
    var directory = "."

    @Option(
        name: .long,
        help: "What the key may sign; repeat it for more: release, operate, coordinate. The first two when left out.")
    var role: [TrustRole] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "When the hosts stop accepting new records of it: 2027-11-21, or 365d for so long from now. Default: never.",
            valueName: "time"))
    var expires: ExpiryArgument?

    @Flag(name: .long, help: "Write the key only.")
    var keyOnly = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard HostID(name) != nil else {
            throw ValidationError("'\(name)' is no name for a key: 1 to 63 of a-z 0-9 . _ -, beginning with a letter or digit.")
        }
    }

    func run() async throws {
        let directory = CommandHost.absolute(directory)
        let keyPath = directory.appending("\(name).key.json")
        let policyPath = keyOnly ? nil : directory.appending("\(name).trust.json")
        for path in [keyPath, policyPath].compactMap({ $0 }) where try CommandHost.files.status(path, for: .userRead) != nil {
            throw CommandFailure(
                .badData,
                "Could not make a key: \(path) exists. Choose another --name or --directory; a key is never overwritten.")
        }
        let key = SigningKey(name: name)
        let roles = role.isEmpty ? [.release, .operate] : Set(role)
        let trusted = TrustedKey(
            publicKey: key.publicKey, name: name, roles: roles, expires: try expiry(now: CommandHost.now))
        try SigningKeyFile.save(key, to: keyPath, in: CommandHost.files)
        if let policyPath { try TrustPolicyFile.save(TrustPolicy(keys: [trusted]), to: policyPath, in: CommandHost.files) }
        global.write(Made(key: keyPath.string, trust: policyPath?.string, trustedKey: trusted))
    }

    private func expiry(now: Instant) throws -> Instant? {
        guard let expiry = expires?.instant(now: now) else { return nil }
        guard expiry > now else {
            throw CommandFailure(
                .usage, "Could not make a key: it would expire at \(expiry), which is over. Give a later --expires.")
        }
        return expiry
    }

    private struct Made: Renderable {
        var key: String
        var trust: String?
        var trustedKey: TrustedKey

        var text: String {
            let use =
                if trustedKey.roles.contains(.release) {
                    "keep it secret, publish with --key \(key)"
                } else if trustedKey.roles.contains(.operate) {
                    "keep it secret, and give it to `wasmrollout hold`, `promote` and the like with --key \(key)"
                } else {
                    "put it on the hosts that may coordinate, as key of [coordinator], mode 0600"
                }
            var lines = ["Wrote \(key): \(use)."]
            if let trust {
                lines.append(
                    "Wrote \(trust): put it on every host, with trust = \"<its path there>\" in the agent's configuration.")
            } else {
                lines.append("Add this to \"keys\" in the hosts' trust policies: \(JSONText.compact(trustedKey))")
            }
            return lines.joined(separator: "\n")
        }
    }
}

extension TrustRole: ExpressibleByArgument {}
