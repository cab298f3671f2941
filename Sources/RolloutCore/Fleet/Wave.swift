/// One wave of a rollout: whom it lets in, and what must have happened before the next one.
package struct Wave: Hashable, Sendable {
    /// Hosts with a rank below it are let in.
    package var size: WaveSize
    /// Only hosts with these labels; `nil`: any.
    package var group: LabelSelector?
    /// How long a host that was let in must serve the release before the next wave opens. Whole milliseconds.
    package var bake: Duration
    /// Whether somebody has to approve before it opens.
    package var needsApproval: Bool

    /// The longest bake, and the longest patience.
    package static let longest: Duration = .seconds(30 * 86_400)

    package init(_ size: WaveSize, group: LabelSelector? = nil, bake: Duration = .zero, needsApproval: Bool = false) {
        self.size = size
        self.group = group
        self.bake = bake
        self.needsApproval = needsApproval
    }

    package func admits(rank: Int, labels: [String: String]) -> Bool {
        size.admits(rank: rank) && group?.matches(labels) ?? true
    }
}

extension Wave: Codable {
    private enum Key: String, CodingKey { case size, group, bake, approval }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.size = try container.decode(WaveSize.self, forKey: .size)
        self.group = try container.decodeIfPresent(LabelSelector.self, forKey: .group)
        self.bake = .milliseconds(try container.decode(Int64.self, forKey: .bake))
        self.needsApproval = try container.decode(Bool.self, forKey: .approval)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(size, forKey: .size)
        try container.encodeIfPresent(group, forKey: .group)
        try container.encode(bake.milliseconds, forKey: .bake)
        try container.encode(needsApproval, forKey: .approval)
    }
}
