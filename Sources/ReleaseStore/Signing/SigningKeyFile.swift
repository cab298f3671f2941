import RolloutCore
import RolloutSystem
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A private key in a file: JSON, mode 0600.
package struct SigningKeyFile: Codable, Hashable, Sendable {
    package var format: Int
    package var name: String
    /// Base64 of 32 bytes.
    var privateKey: String
    /// Base64 of 32 bytes; only for people, who want to compare it with a trust policy.
    package var publicKey: String

    static let currentFormat = 1
    static let byteLimit = 4096

    /// Writes a key; never over a file that is there.
    package static func save(_ key: SigningKey, to path: FilePath, in fileSystem: any FileSystem) throws(StoreError) {
        let file = SigningKeyFile(
            format: currentFormat, name: key.name, privateKey: Data(key.seed).base64EncodedString(), publicKey: key.publicKey)
        let bytes = try AuthoredJSON.encode(file)
        do throws(FileError) {
            try AtomicWrite(fileSystem, .user).create(path, with: bytes, mode: 0o600)
        } catch  where error.code == .exists {
            throw StoreError(
                .refused, "write the key \(path)", "the file exists",
                "Choose another name; a key is never overwritten.")
        } catch {
            throw StoreError(error, during: "write the key \(path)")
        }
    }

    /// Reads a key; refuses one that others may read.
    package static func load(_ path: FilePath, in fileSystem: any FileSystem) throws(StoreError) -> SigningKey {
        let object = "the key \(path)"
        // The mode of what was opened, not of what had the name a moment before.
        let (status, bytes) = try attempt("read \(object)") { () throws(FileError) in
            try fileSystem.withOpenFile(path, for: .userRead) { file throws(FileError) in
                (
                    try fileSystem.status(file, forceSync: false, for: .userRead),
                    try fileSystem.readAll(file, limit: byteLimit, for: .userRead)
                )
            }
        }
        guard status.mode & 0o077 == 0 else {
            throw StoreError(
                .unsafeKey, "use \(object)", "others may read it (mode \(String(status.mode, radix: 8)))",
                "Run `chmod 600 \(path)`; if somebody may have read it, make a new one and remove this from the trust policies."
            )
        }
        let file = try AuthoredJSON.decode(SigningKeyFile.self, from: bytes, object: object)
        guard file.format == currentFormat else {
            throw StoreError(
                .unknownFormat, "read \(object)", "its format is \(file.format), this version reads \(currentFormat)",
                "Use the version that wrote it.")
        }
        guard let seed = canonicalBase64(file.privateKey), let key = SigningKey(name: file.name, seed: seed),
            key.publicKey == file.publicKey
        else {
            throw StoreError(
                .unsafeKey, "read \(object)", "it is damaged",
                "Restore it, or make a new one.")
        }
        return key
    }
}
