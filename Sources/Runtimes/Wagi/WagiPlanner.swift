import RolloutCore
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Makes the embedded host's plan from a materialized release, and copies what guests may see of it.
struct WagiPlanner {
    var launch: BackendLaunch
    var engine: WagiEngine
    var limits: WagiLimits

    func plan() throws(RuntimeError) -> WagiPlan {
        let manifest = try readManifest()
        var components: [WagiPlan.Component] = []
        for component in manifest.components {
            guard let source = RelativePath(relativeToEntry(component.source)) else {
                throw defect("component '\(component.id)' has a source outside the release")
            }
            components.append(
                WagiPlan.Component(
                    id: component.id, module: launch.directory.appending(source.description).string,
                    arguments: manifest.arguments[component.id] ?? WagiRequest.argumentTemplate,
                    environment: component.environment.merging(launch.environment) { $1 }, files: try copyFiles(of: component)))
        }
        return WagiPlan(
            name: manifest.name, version: manifest.version, components: components, triggers: manifest.triggers, engine: engine,
            limits: limits, listenHost: launch.listenHost, logs: launch.scratch.appending("logs").string)
    }

    private func readManifest() throws(RuntimeError) -> WagiManifest {
        guard let text = try? String(contentsOf: URL(filePath: launch.entryPath.string), encoding: .utf8) else {
            throw defect("it cannot be read")
        }
        do throws(WagiManifest.Defect) {
            return try WagiManifest(text: text)
        } catch {
            throw defect(error.reason)
        }
    }

    private func defect(_ reason: String) -> RuntimeError {
        RuntimeError(.unusable, "Could not start \(launch.id) from \(launch.entry): \(reason). Publish it anew.")
    }

    /// Paths in the manifest are relative to its directory.
    private func relativeToEntry(_ path: String) -> String {
        let parts = launch.entry.components.dropLast() + path.pathParts.filter { $0 != "." }
        return parts.joined(separator: "/")
    }

    /// Copies, so that a guest that writes (engines open directories for writing) changes nothing that was verified.
    private func copyFiles(of component: WagiManifest.Component) throws(RuntimeError) -> String? {
        guard !component.files.isEmpty else { return nil }
        let base = launch.entry.components.dropLast().map { $0 + "/" }.joined()
        let root = launch.scratch.appending("files").appending(component.id)
        do {
            try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
            for file in launch.manifest.files where file.path.description.hasPrefix(base) {
                let path = String(file.path.description.dropFirst(base.count))
                guard !component.excluded.contains(where: { AssetRule.matches(path, $0) }) else { continue }
                for guest in component.files.compactMap({ $0.guestPath(of: path) }) {
                    guard let inside = RelativePath(guest) else { continue }
                    let target = root.appending(inside.description)
                    try FileManager.default.createDirectory(
                        atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
                    let source = launch.directory.appending(file.path.description)
                    if !FileManager.default.fileExists(atPath: target.string) {
                        try FileManager.default.copyItem(atPath: source.string, toPath: target.string)
                    }
                }
            }
        } catch {
            throw RuntimeError(
                .cannotStart,
                "Could not copy the files of component '\(component.id)': \(error). Check that the disk is not full.")
        }
        return root.string
    }
}
