/// The way past records that this host trusts no longer, or not yet, to a later one that vouches for them.
///
/// A host that was away meets records whose key has since been removed from its policy, or has expired. A host that has accepted
/// nothing never looks at them: it begins at a later record that enough keys for `release` signed, and takes that record's whole
/// state on trust. This host may do the same, and loses nothing by it, as long as
/// - the later record is one that a new host could begin at, and is trusted for its own change;
/// - every record from the accepted one to it keeps all rules but the one on signers. So `previous` leads from one to the next,
///   and by signing the last its signers vouched for exactly these bytes all the way back to what this host accepted: no fork
///   below it can hide here, the number goes up, and each state is what the change before makes of it.
///
/// Who holds a key that was removed gains nothing: without a key that is trusted today, nothing follows what they wrote.
package struct VouchedChain: Sendable {
    private let log: TrustedLog
    private var head: AcceptedHead?

    /// The newest record that was added, or what was accepted before.
    package var newest: AcceptedHead? { head }

    /// - Parameter log: what is accepted so far, which may be nothing.
    package init(after log: TrustedLog) {
        self.log = log
        self.head = log.accepted
    }

    /// Adds the next record. Returns the log that has accepted it with all before it, once it vouches for them; `nil` until then.
    ///
    /// Throws what rule besides the one on signers it breaks.
    package mutating func add(_ entry: LogEntry, now: Instant) throws(TrustRefusal) -> TrustedLog? {
        let head = try log.check(entry, after: head, now: now)
        self.head = head
        guard log.vouches(entry) else { return nil }
        var log = log
        log.accept(head)
        return log
    }

    /// Adds the next record, which must vouch for all before it. Throws why it does not.
    package mutating func end(with entry: LogEntry, now: Instant) throws(TrustRefusal) {
        head = try log.check(entry, after: head, now: now)
        try log.requireVouching(entry)
    }
}
