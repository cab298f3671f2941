/// A wave as people ask for it: `1` (that many hosts), `10%` (that share), of a group `az=a:1` or `az=a:50%`, with approval `50%!`.
///
/// A host cannot count the others, so a record has thresholds for ranks instead: see `PlanTemplate.plan`.
package struct WaveGoal: Hashable, Sendable {
    package enum Amount: Hashable, Sendable {
        case hosts(Int)
        case share(Share)
    }

    package var amount: Amount
    package var group: LabelSelector?
    package var needsApproval: Bool

    package init(_ amount: Amount, group: LabelSelector? = nil, needsApproval: Bool = false) {
        self.amount = amount
        self.group = group
        self.needsApproval = needsApproval
    }
}

extension WaveGoal: LosslessStringConvertible {
    package init?(_ description: String) {
        var text = description[...]
        let needsApproval = text.hasSuffix("!")
        if needsApproval { text.removeLast() }
        var group: LabelSelector?
        if let colon = text.lastIndex(of: ":") {
            guard let selector = LabelSelector(String(text[..<colon])) else { return nil }
            group = selector
            text = text[text.index(after: colon)...]
        }
        if let share = Share(String(text)), share > .nothing {
            self.init(.share(share), group: group, needsApproval: needsApproval)
        } else if text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text), (1...1_000_000).contains(count) {
            self.init(.hosts(count), group: group, needsApproval: needsApproval)
        } else {
            return nil
        }
    }

    package var description: String {
        let size =
            switch amount {
            case .hosts(let count): "\(count)"
            case .share(let share): "\(share)"
            }
        return (group.map { "\($0):" } ?? "") + size + (needsApproval ? "!" : "")
    }

    /// Takes goals separated by commas.
    package static func list(_ text: String) -> [WaveGoal]? {
        let goals = text.split(separator: ",", omittingEmptySubsequences: false).map { WaveGoal(String($0)) }
        return goals.contains { $0 == nil } ? nil : goals.compactMap { $0 }
    }
}
