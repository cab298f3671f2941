import ReleaseStore
import RolloutAgent
import RolloutCore
import RolloutSystem
import SystemPackage

/// Looks at trust policies and keys: readable, whole, current, and not open to others.
enum TrustCheck {
    static func run(_ setting: TrustSetting, now: Instant) -> [HealthCheck] {
        guard case .policy(let path) = setting else {
            return [
                .warning(
                    "trust", "none: whoever can write to the volume decides what this host runs",
                    "Make a key with `wasmrollout keygen`, and set trust to its policy.")
            ]
        }
        return run(path, now: now)
    }

    static func run(_ path: FilePath, now: Instant) -> [HealthCheck] {
        do throws(StoreError) {
            let policy = try TrustPolicyFile.load(path, in: CommandHost.files)
            var checks = [HealthCheck.ok("trust", "\(path): \(policy.keys.count) keys")]
            for key in policy.keys {
                guard let expiry = key.expires, expiry <= now + .seconds(30 * 86_400) else { continue }
                let words = "key '\(key.name)' \(expiry <= now ? "expired" : "expires") at \(expiry)"
                checks.append(.warning("trust", words, "Make a new key, add it to the policies, publish with it."))
            }
            for role in policy.rolesOutOfKeys(at: now) where role != .coordinate {
                let remedy =
                    "Make a new key (`wasmrollout keygen`), put it into the policies of all hosts, and publish with it."
                checks.append(
                    .problem(
                        "trust", "this host accepts nothing new: too few keys for '\(role.rawValue)' have not expired", remedy))
            }
            if let mode = (try? CommandHost.files.status(path, for: .userRead))?.mode, mode & 0o022 != 0 {
                checks.append(.problem("trust", "others may write \(path)", "Run `chmod 644 \(path)`."))
            }
            return checks
        } catch {
            return [.problem("trust", error.reason, error.remedy)]
        }
    }

    static func key(_ path: FilePath) -> HealthCheck {
        do throws(StoreError) {
            let key = try SigningKeyFile.load(path, in: CommandHost.files)
            return .ok("key", "\(path): '\(key.name)', readable by its owner only")
        } catch {
            return .problem("key", "\(path): \(error.reason)", error.remedy)
        }
    }
}
