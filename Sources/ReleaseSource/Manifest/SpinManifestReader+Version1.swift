import RolloutCore

/// Manifest version 1: one trigger type for the application, one trigger per component.
extension SpinManifestReader {
    private static let top: Set<String> = [
        "spin_manifest_version", "spin_version", "name", "version", "description", "authors", "trigger", "variables",
        "component",
    ]
    private static let componentKeys: Set<String> = [
        "id", "source", "trigger", "description", "config", "environment", "files", "exclude_files", "allowed_http_hosts",
        "allowed_outbound_hosts", "key_value_stores", "sqlite_databases", "ai_models", "build",
    ]

    mutating func version1(_ tree: ManifestNode) throws(ReleaseSourceError) -> SpinManifest {
        try expect(Self.top, in: tree, at: "")
        guard let appName = try text("name", in: tree, at: "") else { throw refusal("it has no name", remedy: "Add 'name'") }
        let type = tree["trigger"]?["type"]?.text ?? ""
        guard type == "http" else {
            throw refusal(
                "its trigger is '\(type)', and only HTTP traffic can be moved",
                remedy: "Publish applications with an http trigger")
        }
        try refuseBase(tree["trigger"], at: "trigger")
        var triggers: [SpinTrigger] = []
        var components: [SpinComponent] = []
        for (index, node) in (tree["component"]?.list ?? []).enumerated() {
            guard let id = node["id"]?.text, !id.isEmpty else {
                throw refusal("component \(index + 1) has no id", remedy: "Add 'id'")
            }
            let place = "component.\(id)"
            try expect(Self.componentKeys, in: node, at: place)
            guard !components.contains(where: { $0.id == id }) else {
                throw refusal("two components have the id '\(id)'", remedy: "Give each its own")
            }
            let trigger = node["trigger"] ?? .table([:])
            try expect(["route", "executor"], in: trigger, at: "\(place).trigger")
            let (isWagi, arguments) = try executor(in: trigger, at: "\(place).trigger")
            triggers.append(
                SpinTrigger(
                    id: id, route: try route(in: trigger, at: "\(place).trigger"), component: id, response: nil, isWagi: isWagi,
                    arguments: arguments))
            components.append(try component(id, node, place: [.key("component"), .index(index)], name: place, version: 1))
        }
        return SpinManifest(
            name: appName, version: try text("version", in: tree, at: ""), triggers: triggers, components: components,
            requiredVariables: try requiredVariables(in: tree), warnings: warnings, tree: tree)
    }
}
