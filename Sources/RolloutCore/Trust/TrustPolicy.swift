/// Who may change what a host runs. Lives on the host, never on the volume.
package struct TrustPolicy: Codable, Hashable, Sendable {
    package var format: Int
    package var keys: [TrustedKey]
    /// How many different keys of a role must sign, per role; at least 1. A role that is left out needs 1.
    package var thresholds: [TrustRole: Int]

    package static let currentFormat = 1

    package init(keys: [TrustedKey], thresholds: [TrustRole: Int] = [:]) {
        self.format = Self.currentFormat
        self.keys = keys
        self.thresholds = thresholds
    }

    package func threshold(for role: TrustRole) -> Int { thresholds[role] ?? 1 }

    /// The roles for which too few keys are left at `now` that have not expired: nothing new is accepted of them. Without roles that no
    /// key has, which is as somebody meant it.
    package func rolesOutOfKeys(at now: Instant) -> [TrustRole] {
        TrustRole.allCases.filter { role in
            let holders = keys.filter { $0.roles.contains(role) }
            let expired = Set(keys.filter { key in key.expires.map { $0 <= now } ?? false }.map(\.publicKey))
            let left = Set(holders.map(\.publicKey)).subtracting(expired)
            return !holders.isEmpty && left.count < max(1, threshold(for: role))
        }
    }

    /// The first rule this policy breaks, in words; `nil` when it is sound.
    package var defect: String? {
        if format != Self.currentFormat { return "its format is \(format), this version reads \(Self.currentFormat)" }
        if keys.isEmpty { return "it trusts no key, so no release could ever be accepted" }
        if keys.count > 64 { return "it lists more than 64 keys" }
        if let key = keys.first(where: { !isCanonicalKey($0.publicKey) }) {
            return "the public key of '\(key.name)' is not 32 bytes in base64 as Ed25519 keys are written"
        }
        for role in TrustRole.allCases {
            let threshold = threshold(for: role)
            if threshold < 1 { return "its threshold for '\(role.rawValue)' is \(threshold); 1 is the least" }
            let holders = Set(keys.filter { $0.roles.contains(role) }.map(\.publicKey)).count
            if thresholds[role] != nil, holders < threshold {
                return "'\(role.rawValue)' needs \(threshold) keys and only \(holders) have that role"
            }
        }
        return nil
    }
}

/// What a key may sign.
package enum TrustRole: String, Codable, CaseIterable, Sendable, CodingKeyRepresentable {
    /// New releases.
    case release
    /// Everything that moves between releases that exist: waves, promote, hold, rollback, quarantine, pins.
    case operate
    /// Only what moves an open rollout on as its plan allows, or takes it back (`Change.isCoordination`): for a key that lies on hosts.
    /// Keys for `operate` may do the same.
    case coordinate
}

/// A public key in a trust policy.
package struct TrustedKey: Codable, Hashable, Sendable {
    /// 32 bytes of Ed25519, base64. The identity: the same key under two names counts once.
    package var publicKey: String
    /// For people.
    package var name: String
    package var roles: Set<TrustRole>
    /// From then on a new record it signs is refused; records signed before stay good. Revoke a key by removing it.
    package var expires: Instant?

    package init(publicKey: String, name: String, roles: Set<TrustRole>, expires: Instant? = nil) {
        self.publicKey = publicKey
        self.name = name
        self.roles = roles
        self.expires = expires
    }
}

/// 32 bytes in the one base64 spelling that encoders write. Decoders take others for the same key, and it would count twice.
private func isCanonicalKey(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 44, bytes[43] == UInt8(ascii: "="), "AEIMQUYcgkosw048".utf8.contains(bytes[42]) else { return false }
    return bytes[..<43].allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
