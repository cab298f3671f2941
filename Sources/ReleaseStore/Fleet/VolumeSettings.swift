import RolloutCore
import RolloutSystem
import SystemPackage

/// What people set for a whole volume, in `settings.json`, which they write themselves. It is not signed: it is a convenience for who
/// publishes, and what counts is the plan in the signed record.
package struct VolumeSettings: Codable, Hashable, Sendable {
    package var format: Int
    /// Plans by name, besides the ones that are always there. One of the same name wins.
    package var plans: [String: PlanTemplate]?

    package static let currentFormat = 1
    static let byteLimit = 64 << 10

    package init(plans: [String: PlanTemplate]) {
        self.format = Self.currentFormat
        self.plans = plans
    }

    /// Reads a volume's settings; without a file, nothing is set.
    package static func load(_ volume: Volume) throws(StoreError) -> VolumeSettings {
        let path = volume.layout.settings
        let object = "the settings \(path)"
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try volume.fileSystem.readAll(path, limit: byteLimit, for: .volumeRead)
        } catch let error where error.code == .notFound {
            return VolumeSettings(plans: [:])
        } catch {
            throw StoreError(error, during: "read \(object)")
        }
        let settings = try AuthoredJSON.decode(VolumeSettings.self, from: bytes, object: object)
        guard settings.format == currentFormat else {
            throw StoreError(
                .unknownFormat, "read \(object)", "its format is \(settings.format), this version reads \(currentFormat)",
                "Use a matching version of wasmrollout.")
        }
        return settings
    }

    /// The plan with this name; `nil` when there is none.
    package func plan(_ name: String) -> PlanTemplate? { plans?[name] ?? PlanTemplate.named[name] }

    /// All names there are, sorted.
    package var planNames: [String] { Set((plans ?? [:]).keys).union(PlanTemplate.named.keys).sorted() }
}
