import RolloutCore
import RolloutSystem
import SystemPackage

/// What people set for a whole volume, in `settings.json`, which they write themselves. It is not signed: it is a convenience for who
/// publishes, and what counts is the plan in the signed record.
package struct VolumeSettings: Codable, Hashable, Sendable {
    package var format: Int
    /// Plans by name, besides the ones that are always there. One of the same name wins.
    package var plans: [String: PlanTemplate]?

    /// The plan of who names none; `nil`: every host at once.
    package var defaultPlan: String?

    private enum CodingKeys: String, CodingKey {
        case format, plans
        case defaultPlan = "default-plan"
    }

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
            // A name that was replaced stays what it was for an NFS client until it opens the directory.
            try volume.fileSystem.revalidateDirectory(volume.layout.root, for: .volumeRead)
            bytes = try volume.fileSystem.readAll(path, limit: byteLimit, for: .volumeRead)
        } catch let error where error.code == .notFound {
            return VolumeSettings(plans: [:])
        } catch {
            throw StoreError(error, during: "read \(object)")
        }
        let settings: VolumeSettings
        do throws(StoreError) {
            settings = try AuthoredJSON.decode(VolumeSettings.self, from: bytes, object: object)
        } catch {
            throw StoreError(
                error.code, error.action, error.reason, "Correct it, or remove it: without it the built-in plans count.")
        }
        guard settings.format == currentFormat else {
            throw StoreError(
                .unknownFormat, "read \(object)", "its format is \(settings.format), this version reads \(currentFormat)",
                "Use a matching version of wasmrollout.")
        }
        return settings
    }

    /// Puts the settings on the volume, instead of what was there. Of two who do so at once, the last one stays.
    package func save(to volume: Volume) throws(StoreError) {
        let path = volume.layout.settings
        let bytes = try AuthoredJSON.encode(self)
        guard bytes.count <= Self.byteLimit else {
            throw StoreError(
                .refused, "write the settings \(path)", "they would have \(bytes.count) bytes, \(Self.byteLimit) are allowed",
                "Remove plans that nobody uses.")
        }
        let write = AtomicWrite(volume.fileSystem, .volume, temporaryDirectory: volume.layout.temporary)
        do throws(FileError) { try write.replace(path, with: bytes, mode: 0o664) } catch {
            throw StoreError(error, during: "write the settings \(path)")
        }
    }

    /// The plan with this name; `nil` when there is none.
    package func plan(_ name: String) -> PlanTemplate? { plans?[name] ?? PlanTemplate.named[name] }

    /// The plan with this name, or the one of who names none.
    package func require(_ name: String?) throws(StoreError) -> (name: String, plan: PlanTemplate) {
        let wanted = name ?? defaultPlan ?? "all-at-once"
        if let plan = plan(wanted) { return (wanted, plan) }
        throw StoreError(
            .refused, "use plan '\(wanted)'", "there is none of that name, but \(planNames.joined(separator: ", "))",
            "See `wasmrollout plan list`.")
    }

    /// All names there are, sorted.
    package var planNames: [String] { Set((plans ?? [:]).keys).union(PlanTemplate.named.keys).sorted() }
}
