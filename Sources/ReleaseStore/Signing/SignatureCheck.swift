import Crypto
import RolloutCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Finds out which keys really signed an envelope.
package struct SignatureCheck: Sendable {
    /// Candidates by the id that envelopes name them by.
    private let candidates: [String: (text: String, key: Curve25519.Signing.PublicKey)]

    /// - Parameter publicKeys: base64 of 32 bytes each; one that is no Ed25519 key can verify nothing and is left out.
    package init(publicKeys: some Sequence<String>) {
        var candidates: [String: (String, Curve25519.Signing.PublicKey)] = [:]
        for text in publicKeys {
            guard let bytes = canonicalBase64(text), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
            else { continue }
            candidates[RolloutCore.Digest(of: bytes).hex] = (text, key)
        }
        self.candidates = candidates
    }

    /// For a host with this policy; without one, nothing is checked.
    package init(policy: TrustPolicy?) { self.init(publicKeys: (policy?.keys ?? []).map(\.publicKey)) }

    /// The public keys that signed, each once however often it signed. An envelope has at most `Limits.signatures`.
    func signers(of envelope: Envelope, payload: [UInt8]) -> Set<String> {
        guard !candidates.isEmpty else { return [] }
        let message = Envelope.preAuthenticationEncoding(payload: payload, payloadType: envelope.payloadType)
        var signers = Set<String>()
        for signature in envelope.signatures.prefix(Limits.signatures) {
            guard let candidate = candidates[signature.keyid], !signers.contains(candidate.text),
                let bytes = canonicalBase64(signature.sig), candidate.key.isValidSignature(bytes, for: message)
            else { continue }
            signers.insert(candidate.text)
        }
        return signers
    }
}
