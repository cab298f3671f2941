/// The SHA-256 of some content: the only name by which wasmrollout knows bytes.
///
/// Written as `sha256:` and 64 lower-case hexadecimal digits, everywhere: on the volume, in output, in logs.
package struct Digest: Hashable, Sendable {
    /// 64 lower-case hexadecimal digits.
    package let hex: String

    /// Takes 64 lower-case hexadecimal digits; anything else is `nil`.
    package init?(hex: some StringProtocol) {
        guard hex.utf8.count == 64, hex.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            return nil
        }
        self.hex = String(hex)
    }

    /// Takes the 32 bytes of a SHA-256.
    package init(bytes: some Sequence<UInt8>) {
        let alphabet = Array("0123456789abcdef".utf8)
        var digits: [UInt8] = []
        digits.reserveCapacity(64)
        for byte in bytes {
            digits.append(alphabet[Int(byte >> 4)])
            digits.append(alphabet[Int(byte & 15)])
        }
        precondition(digits.count == 64, "a SHA-256 has 32 bytes, not \(digits.count / 2)")
        self.hex = String(decoding: digits, as: UTF8.self)
    }

    /// The first 12 digits: enough for a person to tell releases apart.
    package var short: String { String(hex.prefix(12)) }
}

extension Digest: LosslessStringConvertible {
    package init?(_ description: String) {
        guard description.hasPrefix("sha256:") else { return nil }
        self.init(hex: description.dropFirst(7))
    }

    package var description: String { "sha256:\(hex)" }
}

extension Digest: Codable, CodingKeyRepresentable {
    package init(from decoder: any Decoder) throws {
        self = try decoder.losslessString("a digest (sha256: and 64 hexadecimal digits)")
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeDescription(of: self) }
}
