import RolloutCore
import RolloutSystem

/// Finds out what kind of host this is, and which one.
///
/// Never fails and never takes longer than its sources' budgets together, of which there is one on any host: a source that is
/// absent, slow or talks nonsense is noted, and the next one is asked. The last one, the machine itself, always answers.
package struct HostDetector: Sendable {
    private let environment: [String: String]
    private let files: any FileSystem

    /// How long the metadata of a task or an instance may take, all requests together.
    package static let budget: Duration = .seconds(1)

    package init(environment: [String: String], files: any FileSystem) {
        self.environment = environment
        self.files = files
    }

    /// - Parameter kind: the only kind whose sources are asked; `nil`: all of them.
    package func detect(_ kind: HostKind?) async -> HostDetection {
        var findings: [HostFinding] = []
        for source in HostSource.allCases where kind == nil || source.kind == nil || source.kind == kind {
            do throws(NoAccount) {
                let account = try await account(of: source, kind)
                findings.append(HostFinding(source: source, outcome: .used, detail: account.detail))
                if let complaint = account.complaint {
                    findings.insert(
                        HostFinding(source: source, outcome: .unusable, detail: complaint), at: findings.endIndex - 1)
                }
                let labels = HostLabels.clean(account.labels)
                let profile = HostProfile(
                    kind: source.kind ?? kind ?? .instance, id: account.id, labels: labels, source: source)
                return HostDetection(profile: profile, findings: findings)
            } catch {
                findings.append(HostFinding(source: source, outcome: error.outcome, detail: error.reason))
            }
        }
        preconditionFailure("the machine itself gave no account")
    }

    private func account(of source: HostSource, _ kind: HostKind?) async throws(NoAccount) -> HostAccount {
        switch source {
        case .lambda: try LambdaEnvironment(environment).account()
        case .ecs: try await TaskMetadata(environment).account(within: Self.budget)
        case .ec2: try await InstanceMetadata(environment, files).account(within: Self.budget)
        case .machine: MachineIdentity(files).account(of: kind, environment)
        }
    }
}
