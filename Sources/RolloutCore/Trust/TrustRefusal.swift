/// Why a host does not accept a record. A decision, not a failure: it is shown, and what is served stays as it is.
package enum TrustRefusal: Error, Hashable, Sendable {
    case malformed(UInt64, String)
    /// What has the record's name is no record; `file` is relative to the volume.
    case notARecord(UInt64, file: String, String)
    case wrongApp(UInt64, AppName)
    case wrongVolume(expected: VolumeID, found: VolumeID)
    case gap(expected: UInt64, found: UInt64)
    case fork(UInt64)
    case rewind(accepted: UInt64, found: UInt64)
    case illegalStep(UInt64, String)
    case fromTheFuture(UInt64, Instant)
    case backdated(UInt64, Instant)
    case untrusted(UInt64, TrustRole)
    case expired(UInt64, key: String, at: Instant)
    case tooFewSignatures(UInt64, TrustRole, found: Int, needed: Int)
}

extension TrustRefusal {
    /// Whether only the signatures are at fault, so that a later record could vouch for this one.
    package var isForSigners: Bool {
        switch self {
        case .untrusted, .expired, .tooFewSignatures: true
        case .malformed, .notARecord, .wrongApp, .wrongVolume, .gap, .fork, .rewind, .illegalStep, .fromTheFuture, .backdated:
            false
        }
    }
}

extension TrustRefusal {
    /// Whether the log is not the one that this host has followed so far.
    package var isOfAnotherLog: Bool {
        switch self {
        case .wrongVolume, .fork, .rewind: true
        case .malformed, .notARecord, .wrongApp, .gap, .illegalStep, .fromTheFuture, .backdated, .untrusted, .expired,
            .tooFewSignatures:
            false
        }
    }

    /// The record it is about; `nil` when it is the volume.
    package var sequence: UInt64? {
        switch self {
        case .malformed(let sequence, _), .notARecord(let sequence, _, _), .wrongApp(let sequence, _), .gap(let sequence, _),
            .fork(let sequence), .illegalStep(let sequence, _), .fromTheFuture(let sequence, _), .backdated(let sequence, _),
            .untrusted(let sequence, _), .expired(let sequence, _, _), .tooFewSignatures(let sequence, _, _, _),
            .rewind(_, let sequence):
            sequence
        case .wrongVolume: nil
        }
    }
}

extension TrustRefusal {
    /// What is wrong with the signatures, in words; empty when it is something else.
    package var signers: String {
        switch self {
        case .untrusted(_, let role): "no key that it trusts for '\(role.rawValue)' signed it"
        case .expired(_, let key, let expiry): "key '\(key)' expired at \(expiry)"
        case .tooFewSignatures(_, let role, let found, let needed): "\(found) of \(needed) signatures for '\(role.rawValue)'"
        default: ""
        }
    }
}

extension TrustRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let sequence, let defect):
            "Could not accept record \(sequence): \(defect). Publish again with a matching version of wasmrollout."
        case .notARecord(let sequence, let file, let defect):
            "Could not accept record \(sequence): \(file) is not a record (\(defect)). "
                + "wasmrollout did not write it, and nothing is accepted or published behind it: `wasmrollout verify` says what to do."
        case .wrongApp(let sequence, let app):
            "Could not accept record \(sequence): it is for app '\(app)'. It was copied there: run `wasmrollout verify`."
        case .wrongVolume(let expected, let found):
            "Could not follow the volume: this host knows volume \(expected) and found \(found). "
                + "If the volume was replaced on purpose, run `wasmrollout accept-log` on this host."
        case .gap(let expected, let found):
            "Could not accept record \(found): record \(expected) is missing. Run `wasmrollout verify` on the volume."
        case .fork(let sequence):
            "Could not accept record \(sequence): it does not follow the record this host accepted. "
                + "The volume was restored from an older copy, or its log was rewritten. Restore the newer copy; if there is none, and the log "
                + "is right as it is, run `wasmrollout accept-log` on this host (see the README, 'A restored volume')."
        case .rewind(let accepted, let found):
            "Could not follow the log: it ends at record \(found), this host accepted \(accepted). "
                + "The volume was restored from an older copy. Restore the newer one; if there is none, publish what should serve, then run "
                + "`wasmrollout accept-log` on this host (see the README, 'A restored volume')."
        case .illegalStep(let sequence, let reason):
            "Could not accept record \(sequence): \(reason). Run `wasmrollout verify` on the volume."
        case .fromTheFuture(let sequence, let time):
            "Could not accept record \(sequence): it is dated \(time), ahead of this host's clock. Check both clocks."
        case .backdated(let sequence, let time):
            "Could not accept record \(sequence): it is dated \(time), before the record it follows. Check the publisher's clock."
        case .untrusted(let sequence, let role):
            "Could not accept record \(sequence): no key that this host trusts for '\(role.rawValue)' signed it. "
                + "Add its key to the host's trust policy, or publish behind it with a key that this host trusts for 'release'."
        case .expired(let sequence, let key, let expiry):
            "Could not accept record \(sequence): key '\(key)' expired at \(expiry). Sign with a current key."
        case .tooFewSignatures(let sequence, let role, let found, let needed):
            "Could not accept record \(sequence): \(found) of \(needed) signatures for '\(role.rawValue)'. Sign with more keys."
        }
    }
}
