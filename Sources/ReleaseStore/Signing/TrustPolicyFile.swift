import RolloutCore
import RolloutSystem
import SystemPackage

/// A trust policy in a file on a host: JSON that people edit, so any spelling, but no unknown field.
package enum TrustPolicyFile {
    static let byteLimit = 64 << 10

    /// Throws `.unsafeKey` for a policy that breaks a rule.
    package static func load(_ path: FilePath, in fileSystem: any FileSystem) throws(StoreError) -> TrustPolicy {
        let object = "the trust policy \(path)"
        let bytes = try attempt("read \(object)") { () throws(FileError) in
            try fileSystem.readAll(path, limit: byteLimit, for: .userRead)
        }
        return try decode(bytes, object: object)
    }

    package static func decode(_ bytes: [UInt8], object: String) throws(StoreError) -> TrustPolicy {
        let policy = try AuthoredJSON.decode(TrustPolicy.self, from: bytes, object: object)
        if let defect = policy.defect ?? keyDefect(policy) {
            throw StoreError(
                .unsafeKey, "use \(object)", "\(defect)",
                "Correct it.")
        }
        return policy
    }

    /// Writes a policy; never over a file that is there.
    package static func save(_ policy: TrustPolicy, to path: FilePath, in fileSystem: any FileSystem) throws(StoreError) {
        let bytes = try AuthoredJSON.encode(policy)
        do throws(FileError) {
            try AtomicWrite(fileSystem, .user).create(path, with: bytes, mode: 0o644)
        } catch  where error.code == .exists {
            throw StoreError(
                .refused, "write the trust policy \(path)", "the file exists",
                "Choose another name.")
        } catch {
            throw StoreError(error, during: "write the trust policy \(path)")
        }
    }

    private static func keyDefect(_ policy: TrustPolicy) -> String? {
        for key in policy.keys where canonicalBase64(key.publicKey)?.count != 32 {
            return "the public key of '\(key.name.prefix(64))' is not 32 bytes of base64"
        }
        return nil
    }
}
