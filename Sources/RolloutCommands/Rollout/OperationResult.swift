import RolloutCore

/// What a command did that steers what was released before.
struct OperationResult: WaitableResult {
    var app: AppName
    /// `nil` for what concerns all.
    var channel: ChannelName?
    /// Of the record; `nil` when what was asked for was so already, and nothing was written.
    var sequence: UInt64?
    var change: Change?
    /// What was done, in a sentence.
    var done: String
    /// What it means, and what comes next.
    var next: [String] = []
    var plan: PlanOutline?
    var warnings: [String] = []
    var wait: WaitReport?
    /// What hosts should serve now; `nil` when that is as it was.
    var target: Target?

    private enum CodingKeys: String, CodingKey {
        case app, channel, sequence, change, done, next, plan, warnings, wait
    }

    init(app: AppName, channel: ChannelName? = nil, done: String) {
        self.app = app
        self.channel = channel
        self.done = done
    }

    var text: String {
        var facts = FactList()
        plan?.add(to: &facts)
        let lines = [done] + next.map { "  \($0)" } + (plan == nil ? [] : facts.text.split(separator: "\n").map(String.init))
        return (lines + warnings).map(\.printable).joined(separator: "\n")
    }
}
