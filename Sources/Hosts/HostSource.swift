/// Where a host's identity comes from, in the order in which they are asked.
package enum HostSource: String, Hashable, CaseIterable, Sendable {
    /// The environment of a Lambda function.
    case lambda
    /// The metadata endpoint of an ECS task, version 4.
    case ecs
    /// The metadata service of an EC2 instance, version 2.
    case ec2
    /// The machine itself.
    case machine

    /// As people call it.
    package var words: String {
        switch self {
        case .lambda: "the Lambda environment"
        case .ecs: "ECS task metadata"
        case .ec2: "EC2 instance metadata"
        case .machine: "the machine itself"
        }
    }

    /// The kind of host it speaks of; `nil`: any.
    var kind: HostKind? {
        switch self {
        case .lambda: .function
        case .ecs: .container
        case .ec2: .instance
        case .machine: nil
        }
    }
}
