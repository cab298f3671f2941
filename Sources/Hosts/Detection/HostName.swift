import Crypto
import RolloutCore

/// Makes host ids.
enum HostName {
    /// `text` in lower case, with everything a name cannot hold replaced, cut to `limit` bytes; empty when nothing is left.
    static func readable(_ text: String, limit: Int) -> String {
        let bytes = text.lowercased().utf8.map { byte -> UInt8 in
            let isAllowed = (97...122).contains(byte) || (48...57).contains(byte) || byte == 46 || byte == 95 || byte == 45
            return isAllowed ? byte : 45
        }
        let begun = bytes.drop { $0 == 45 || $0 == 46 || $0 == 95 }
        return String(decoding: begun.prefix(limit), as: UTF8.self)
    }

    /// The same for the same seed, and for no other: 12 hexadecimal digits.
    static func hashed(_ seed: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(data: seed)
        return Digest(bytes: hash.finalize()).short
    }
}
