import ReleaseStore
import RolloutCore

/// What `publish` did, or would do.
struct PublishResult: WaitableResult {
    var app: AppName
    var channel: ChannelName
    var release: Digest
    var version: String
    /// Of the record; `nil` for a dry run.
    var sequence: UInt64?
    var before: ReleaseName?
    var capabilities: Capabilities
    var added: Capabilities
    var newBytes: UInt64
    var reusedBytes: UInt64
    var signatures: Int
    var isDryRun: Bool
    /// How it goes through the fleet; `nil` when it is for everyone at once.
    var plan: PlanOutline?
    var warnings: [String] = []
    var wait: WaitReport?

    init(manifest: ReleaseManifest, outcome: PublishOutcome, options: PublisherOptions, isDryRun: Bool) {
        self.app = options.app
        self.channel = options.channel
        self.release = outcome.release
        self.version = manifest.version
        self.sequence = outcome.sequence
        self.capabilities = manifest.capabilities
        self.added = outcome.addedCapabilities
        self.newBytes = outcome.newBytes
        self.reusedBytes = outcome.reusedBytes
        self.signatures = options.keys.unsigned ? 0 : max(1, options.keys.key.count)
        self.isDryRun = isDryRun
    }

    var target: Target? { sequence.map { Target(release: release, decision: $0) } }

    var text: String {
        let name = ReleaseName(release: release, version: version).text.printable
        var lines: [String] = []
        if let sequence {
            lines.append(
                "Published \(name) of \(app) to channel \(channel): record \(sequence)\(signatures == 0 ? ", unsigned" : "").")
        } else {
            lines.append("Would publish \(name) of \(app) to channel \(channel). Nothing was written.")
        }
        var facts = FactList()
        facts.add("  before", before?.text ?? "nothing")
        facts.add("  size", "\(newBytes.byteText) new, \(reusedBytes.byteText) on the volume already")
        facts.add("  asks for", each: capabilities.isEmpty ? ["nothing"] : capabilities.phrases)
        if before != nil { facts.add("  of it new", each: added.isEmpty ? ["nothing"] : added.phrases) }
        plan?.add(to: &facts)
        facts.add("  note", each: warnings)
        return (lines + [facts.text]).joined(separator: "\n")
    }
}
