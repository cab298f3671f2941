import Hosts
import Logging
import RolloutSystem

/// Where an agent runs, found out before anything else is done.
struct HostPlace: Sendable {
    var profile: HostProfile
    /// Set where Lambda says when to look.
    var platform: RegisteredExtension?
    let freezes = Freezes()

    /// Finds out what host this is; in a Lambda environment also registers, which is possible only until the web adapter asks for its
    /// first event.
    static func find(
        _ section: HostSection, environment: [String: String], logger: Logger
    ) async -> HostPlace {
        let detection = await HostDetector(environment: environment, files: makeFileSystem()).detect(section.kind)
        var place = HostPlace(profile: detection.profile.overridden(by: section))
        if place.profile.cadence == .perInvocation {
            place.platform = await register(environment, logger)
            // Not ideal, but it serves: it looks when the thaw finds its timers due.
            if place.platform == nil { place.profile.cadence = .continuous }
        }
        HostFindings.log(detection, as: place.profile, to: logger)
        return place
    }

    private static func register(_ environment: [String: String], _ logger: Logger) async -> RegisteredExtension? {
        do throws(ExtensionsAPI.Failure) {
            guard let api = ExtensionsAPI(environment: environment) else {
                throw ExtensionsAPI.Failure(status: nil, description: "AWS_LAMBDA_RUNTIME_API is not an address")
            }
            let platform = try await RegisteredExtension.register(api)
            logger.info("Registered with Lambda")
            return platform
        } catch {
            logger.error(
                "Could not register with Lambda; updates wait for time that nobody grants",
                metadata: [
                    "reason": "\(error)",
                    "remedy": "make the agent the image's entrypoint, and register nothing else as wasmrollout",
                ])
            return nil
        }
    }
}
