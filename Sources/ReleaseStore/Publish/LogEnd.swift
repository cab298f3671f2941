import RolloutCore

/// What a new record comes after, and whether hosts would accept it there.
struct LogEnd {
    private enum Judge {
        case log(TrustedLog)
        /// The newest records are not signed as the policy demands: the new one must vouch for them.
        case chain(VouchedChain)
    }

    let head: AcceptedHead?
    /// Records that only the new one vouches for; `nil`: none.
    let doubted: ClosedRange<UInt64>?
    private let judge: Judge

    init(_ log: TrustedLog) {
        self.head = log.accepted
        self.doubted = nil
        self.judge = .log(log)
    }

    init(_ chain: VouchedChain, doubting doubted: ClosedRange<UInt64>) {
        self.head = chain.newest
        self.doubted = doubted
        self.judge = .chain(chain)
    }

    /// Throws what a host would say to it.
    func check(_ entry: LogEntry, now: Instant) throws(TrustRefusal) {
        switch judge {
        case .log(var log): try log.accept(entry, now: now)
        case .chain(var chain): try chain.end(with: entry, now: now)
        }
    }
}
