import Hosts
import Logging
import RolloutSystem

/// The code that goes with a kind of host.
enum LifecycleChoice {
    /// Called before anything else is done, so that an implementation may announce itself to its surroundings here.
    static func make(
        _ host: HostProfile, _ section: HostSection, environment: [String: String], files: any FileSystem, logger: Logger
    ) async throws(AgentError) -> any HostLifecycle {
        switch host.kind {
        case .instance: InstanceLifecycle(host, environment: environment, files: files, logger: logger)
        case .container:
            ContainerLifecycle(
                protection: section.taskProtection ? TaskProtection(environment: environment, logger: logger) : nil)
        case .function: NoLifecycle()
        }
    }
}
