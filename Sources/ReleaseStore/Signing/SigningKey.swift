import Crypto
import RolloutCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An Ed25519 private key, in memory.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    /// For people; goes into the key file and the trust policy made with it.
    package let name: String

    /// A new key.
    package init(name: String) {
        self.key = Curve25519.Signing.PrivateKey()
        self.name = name
    }

    /// From the 32 bytes of the private key (RFC 8032's seed); `nil` for any other count.
    package init?(name: String, seed: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
        self.key = key
        self.name = name
    }

    /// 32 bytes.
    var seed: [UInt8] { [UInt8](key.rawRepresentation) }

    /// Base64 of 32 bytes, as trust policies name it.
    package var publicKey: String { key.publicKey.rawRepresentation.base64EncodedString() }

    /// As envelopes name it: the SHA-256 of the public key's bytes, in hexadecimal.
    package var id: String { RolloutCore.Digest(of: [UInt8](key.publicKey.rawRepresentation)).hex }

    /// 64 bytes, always the same for the same message.
    func sign(_ message: [UInt8]) throws(StoreError) -> [UInt8] {
        do {
            return [UInt8](try key.signature(for: message))
        } catch {
            throw StoreError(
                .unsafeKey, "sign with key '\(name)'", "\(error)",
                "Make a new key with `wasmrollout keygen`.")
        }
    }
}
