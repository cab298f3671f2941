/// Everything the embedded host serves, worked out by the agent and handed over as a file.
package struct WagiPlan: Hashable, Sendable, Codable {
    package struct Component: Hashable, Sendable, Codable {
        package var id: String
        /// Absolute path of the module.
        package var module: String
        /// As in the manifest's executor.
        package var arguments: String
        /// The guest's environment, before the request's own variables, which win.
        package var environment: [String: String]
        /// Absolute path of a directory with the component's files; `nil` when it has none.
        package var files: String?
    }

    package struct Fixed: Hashable, Sendable, Codable {
        package var status: Int
        package var headers: [String: String]
        package var body: String
    }

    /// One HTTP trigger that is not private.
    package struct Trigger: Hashable, Sendable, Codable {
        package var route: String
        /// The component's id, or the trigger's own for a fixed answer.
        package var id: String
        /// The component's position.
        package var component: Int?
        package var fixed: Fixed?
    }

    package var name: String
    package var version: String
    package var components: [Component]
    package var triggers: [Trigger]
    package var engine: WagiEngine
    package var limits: WagiLimits
    package var listenHost: String
    /// Absolute path of the directory for the components' standard error.
    package var logs: String
}
