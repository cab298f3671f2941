import RolloutCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A DSSE envelope (https://github.com/secure-systems-lab/dsse, protocol 1.0): a payload, its type, and signatures over both.
///
/// Stricter than the protocol where it lets a consumer choose: canonical JSON only, so no unsigned field can stand beside the
/// signed ones; and one algorithm, Ed25519, which nothing in the envelope can change.
package struct Envelope: Codable, Hashable, Sendable {
    /// Base64, standard alphabet, padded.
    package var payload: String
    package var payloadType: String
    package var signatures: [EnvelopeSignature]

    package static let recordType = "application/vnd.wasmrollout.record.v1+json"

    /// Signs `payload` with each key; `keys` may be empty, for volumes whose hosts trust every record.
    package init(payload: [UInt8], payloadType: String, keys: [SigningKey]) throws(StoreError) {
        let message = Self.preAuthenticationEncoding(payload: payload, payloadType: payloadType)
        var signatures: [EnvelopeSignature] = []
        var used = Set<String>()
        for key in keys where used.insert(key.id).inserted {
            let signature = try key.sign(message)
            signatures.append(EnvelopeSignature(keyid: key.id, sig: Data(signature).base64EncodedString()))
        }
        guard signatures.count <= Limits.signatures else {
            throw StoreError(
                .refused, "sign the record", "\(signatures.count) keys, \(Limits.signatures) are allowed",
                "Sign with fewer.")
        }
        self.payload = Data(payload).base64EncodedString()
        self.payloadType = payloadType
        self.signatures = signatures
    }

    /// The envelope in the file and its payload, with every rule but the signatures checked.
    static func decode(
        _ bytes: [UInt8], payloadType: String, object: @autoclosure () -> String
    ) throws(StoreError) -> (envelope: Envelope, payload: [UInt8]) {
        let envelope = try CanonicalJSON.decode(Envelope.self, from: bytes, object: object())
        func corrupt(_ reason: String) -> StoreError {
            StoreError(
                .corrupt, "read \(object())", "\(reason)",
                "Run `wasmrollout verify`.")
        }
        guard envelope.payloadType == payloadType else {
            throw corrupt("its payload is '\(envelope.payloadType.prefix(100))', not '\(payloadType)'")
        }
        guard envelope.signatures.count <= Limits.signatures else {
            throw corrupt("it has \(envelope.signatures.count) signatures; \(Limits.signatures) are allowed")
        }
        guard let payload = canonicalBase64(envelope.payload) else { throw corrupt("its payload is not base64") }
        return (envelope, payload)
    }

    /// What is signed: "DSSEv1", the lengths and the bytes of type and payload, so that neither can be taken for the other.
    package static func preAuthenticationEncoding(payload: [UInt8], payloadType: String) -> [UInt8] {
        let type = Array(payloadType.utf8)
        return Array("DSSEv1 \(type.count) ".utf8) + type + Array(" \(payload.count) ".utf8) + payload
    }
}

/// One signature, and a hint which key made it.
package struct EnvelopeSignature: Codable, Hashable, Sendable {
    /// The SHA-256 of the public key's 32 bytes, in hexadecimal. Only a hint: what counts is which key verifies.
    package var keyid: String
    /// Base64 of 64 bytes.
    package var sig: String

    package init(keyid: String, sig: String) {
        self.keyid = keyid
        self.sig = sig
    }
}

/// The bytes, when `text` is the one spelling that gives them.
func canonicalBase64(_ text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
    return [UInt8](data)
}
