/// The three kinds of host.
package enum HostKind: String, Codable, CaseIterable, Sendable {
    /// An EC2 instance, or any Linux machine.
    case instance
    /// A container of an ECS task, or any container.
    case container
    /// A Lambda function's environment.
    case function
}
