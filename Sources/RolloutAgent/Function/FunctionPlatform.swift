/// The platform as the function host's loop sees it.
protocol FunctionPlatform: Sendable {
    /// Says that the environment may be frozen, and waits for the next event.
    func next() async throws(ExtensionsAPI.Failure) -> Invocation
    /// Reports why the process is about to end.
    func exit(type: String, message: String) async
}

/// Lambda, with which the agent has registered.
package struct RegisteredExtension: FunctionPlatform {
    private let api: ExtensionsAPI
    private let registration: ExtensionsAPI.Registration

    private init(api: ExtensionsAPI, registration: ExtensionsAPI.Registration) {
        self.api = api
        self.registration = registration
    }

    /// Registers with the platform; a connection that fails is tried once more.
    package static func register(_ api: ExtensionsAPI) async throws(ExtensionsAPI.Failure) -> RegisteredExtension {
        do throws(ExtensionsAPI.Failure) {
            return RegisteredExtension(api: api, registration: try await api.register())
        } catch {
            guard error.status == nil else { throw error }
            return RegisteredExtension(api: api, registration: try await api.register())
        }
    }

    func next() async throws(ExtensionsAPI.Failure) -> Invocation { try await api.next(registration) }

    func exit(type: String, message: String) async { await api.exit(registration, type: type, message: message) }

    /// Reports that nothing can ever be served here.
    package func fail(_ error: AgentError) async {
        let type = error.code == .configuration ? "Extension.InvalidConfiguration" : "Extension.CannotStart"
        await api.fail(registration, type: type, message: error.description)
    }
}
