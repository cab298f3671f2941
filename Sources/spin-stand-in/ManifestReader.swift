import SystemPackage
import TOMLKit

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads as much of a Spin manifest, version 1 or 2, as deciding what to serve where takes. Unknown keys are refused,
/// as Spin does.
enum ManifestReader {
    struct Defect: Error, CustomStringConvertible {
        var description: String
    }

    static func read(_ path: FilePath) throws -> LockedApp {
        guard let text = try? String(contentsOf: URL(filePath: path.string), encoding: .utf8) else {
            throw Defect(description: "No such file or directory (os error 2)")
        }
        let table = try TOMLTable(string: text)
        let directory = path.removingLastComponent()
        if table["spin_manifest_version"]?.string == "1" { return try versionOne(table, directory) }
        guard table["spin_manifest_version"]?.int == 2 else { throw Defect(description: "unknown manifest version") }
        return try versionTwo(table, directory)
    }

    private static func versionTwo(_ table: TOMLTable, _ directory: FilePath) throws -> LockedApp {
        try check(table, ["spin_manifest_version", "application", "variables", "trigger", "component"])
        guard let application = table["application"]?.table, let name = application["name"]?.string else {
            throw Defect(description: "missing field `name`")
        }
        try check(application, ["name", "version", "description", "authors", "trigger", "tool"])
        let components = table["component"]?.table
        for id in components?.keys ?? [] {
            if let component = components?[id]?.table { try check(component, componentKeys) }
        }
        var locked: [LockedApp.Component] = []
        for (index, value) in (table["trigger"]?.table?["http"]?.array ?? TOMLArray()).enumerated() {
            guard let trigger = value.table else { continue }
            try check(trigger, ["id", "route", "component", "executor", "static_response"])
            let route = trigger["route"]?.string
            if let response = trigger["static_response"]?.table {
                locked.append(
                    .init(
                        id: trigger["id"]?.string ?? "http-trigger-\(index)", source: nil, route: route,
                        status: response["status_code"]?.int ?? 200, body: response["body"]?.string ?? ""))
                continue
            }
            let inline = trigger["component"]?.table
            guard let id = trigger["component"]?.string ?? inline.map({ _ in "inline-\(index)" }),
                let component = inline ?? components?[id]?.table
            else { throw Defect(description: "trigger #\(index) names no component") }
            locked.append(
                .init(
                    id: id, source: try source(component, directory), route: route,
                    description: component["description"]?.string))
        }
        if locked.isEmpty { throw Defect(description: "no triggers in app") }
        return LockedApp(name: name, version: application["version"]?.string ?? "", components: locked)
    }

    private static func versionOne(_ table: TOMLTable, _ directory: FilePath) throws -> LockedApp {
        try check(
            table, ["spin_manifest_version", "name", "version", "description", "authors", "trigger", "variables", "component"])
        guard let name = table["name"]?.string else { throw Defect(description: "missing field `name`") }
        let components = try (table["component"]?.array ?? TOMLArray()).compactMap(\.table).map { component in
            LockedApp.Component(
                id: component["id"]?.string ?? "", source: try source(component, directory),
                route: component["trigger"]?.table?["route"]?.string, description: component["description"]?.string)
        }
        return LockedApp(name: name, version: table["version"]?.string ?? "", components: components)
    }

    private static func source(_ component: TOMLTable, _ directory: FilePath) throws -> String {
        guard let source = component["source"]?.string else { throw Defect(description: "only local sources are supported") }
        return directory.pushing(FilePath(source)).string
    }

    private static func check(_ table: TOMLTable, _ known: Set<String>) throws {
        if let key = table.keys.first(where: { !known.contains($0) }) { throw Defect(description: "unknown field `\(key)`") }
    }

    private static let componentKeys: Set<String> = [
        "source", "description", "variables", "environment", "files", "exclude_files", "allowed_outbound_hosts",
        "allowed_http_hosts", "key_value_stores", "sqlite_databases", "ai_models", "targets", "build", "tool", "dependencies",
        "dependencies_inherit_configuration", "profile",
    ]
}
