import RolloutCore

/// Manifest version 2: triggers by type, components by id, either of which may stand inside the other.
extension SpinManifestReader {
    private static let componentKeys: Set<String> = [
        "source", "description", "variables", "environment", "files", "exclude_files", "allowed_http_hosts",
        "allowed_outbound_hosts", "key_value_stores", "sqlite_databases", "ai_models", "targets", "build", "tool",
        "dependencies",
        "dependencies_inherit_configuration", "profile",
    ]

    mutating func version2(_ tree: ManifestNode) throws(ReleaseSourceError) -> SpinManifest {
        try expect(["spin_manifest_version", "application", "variables", "trigger", "component"], in: tree, at: "")
        let application = tree["application"] ?? .table([:])
        try expect(
            ["name", "version", "description", "authors", "targets", "trigger", "tool"], in: application, at: "application")
        guard let appName = try text("name", in: application, at: "application") else {
            throw refusal("it has no application.name", remedy: "Add a [application] table with 'name'")
        }
        try refuseBase(application["trigger"]?["http"], at: "application.trigger.http")
        try refuseOtherTriggers(tree)

        var components: [SpinComponent] = []
        for (id, node) in (tree["component"]?.table ?? [:]).sorted(by: { $0.key < $1.key }) {
            try expect(Self.componentKeys, in: node, at: "component.\(id)")
            components.append(
                try component(id, node, place: [.key("component"), .key(id)], name: "component.\(id)", version: 2))
        }
        var triggers: [SpinTrigger] = []
        for (index, node) in (tree["trigger"]?["http"]?.list ?? []).enumerated() {
            triggers.append(try trigger(node, index: index, components: &components))
        }
        guard !triggers.isEmpty else {
            throw refusal("it has no HTTP trigger", remedy: "Add [[trigger.http]] with a route and a component")
        }
        return SpinManifest(
            name: appName, version: try text("version", in: application, at: "application").flatMap { $0.isEmpty ? nil : $0 },
            triggers: triggers, components: components, requiredVariables: try requiredVariables(in: tree), warnings: warnings,
            tree: tree)
    }

    private func refuseOtherTriggers(_ tree: ManifestNode) throws(ReleaseSourceError) {
        let others = (tree["trigger"]?.table ?? [:]).keys.filter { $0 != "http" }.sorted()
        guard others.isEmpty else {
            throw refusal(
                "it has triggers of type \(others.joined(separator: ", ")), which two versions would run at once",
                remedy: "Publish the HTTP part alone, from a spin.toml of its own")
        }
    }

    private mutating func trigger(
        _ node: ManifestNode, index: Int, components: inout [SpinComponent]
    ) throws(ReleaseSourceError) -> SpinTrigger {
        let place = "trigger.http \(index + 1)"
        try expect(
            ["id", "component", "components", "dependencies", "route", "executor", "static_response"], in: node, at: place)
        if node["components"] != nil || node["dependencies"] != nil {
            throw refusal(
                "\(place) is composed of several components",
                remedy: "Compose them into one file first, with 'wac' or 'spin registry push'")
        }
        let id = try text("id", in: node, at: place)
        let route = try route(in: node, at: place)
        if let answer = node["static_response"] {
            guard node["component"] == nil else {
                throw refusal("\(place) has both a component and a static_response", remedy: "Remove one of them")
            }
            return SpinTrigger(
                id: id ?? "http-trigger\(index + 1)", route: route, component: nil, response: try response(answer, at: place),
                isWagi: false, arguments: nil)
        }
        let (isWagi, arguments) = try executor(in: node, at: place)
        let componentID: String
        switch node["component"] {
        case .text(let name)?:
            guard components.contains(where: { $0.id == name }) else {
                throw refusal("\(place) names the component '\(name)', which is not there", remedy: "Add [component.\(name)]")
            }
            componentID = name
        case .table?:
            // Spin names inline components alike.
            let inline = node["component"] ?? .table([:])
            let triggerID = id ?? "http-trigger\(index + 1)"
            var candidate = "\(triggerID)-component"
            var counter = 1
            while components.contains(where: { $0.id == candidate }) {
                candidate = "inline-component\(counter)"
                counter += 1
            }
            try expect(Self.componentKeys, in: inline, at: "\(place).component")
            let steps: [PathStep] = [.key("trigger"), .key("http"), .index(index), .key("component")]
            components.append(try component(candidate, inline, place: steps, name: "the component of \(place)", version: 2))
            componentID = candidate
        default: throw refusal("\(place) has neither a component nor a static_response", remedy: "Add 'component'")
        }
        return SpinTrigger(
            id: id ?? "\(componentID)-http-trigger", route: route, component: componentID, response: nil, isWagi: isWagi,
            arguments: arguments)
    }

    private func response(_ node: ManifestNode, at place: String) throws(ReleaseSourceError) -> StaticResponse {
        let status = node["status_code"]?.integer ?? 200
        guard (100...599).contains(status) else {
            throw refusal("\(place) answers with the status \(status)", remedy: "Use a status from 100 to 599")
        }
        return StaticResponse(
            status: Int(status), headers: try textTable("headers", in: node, at: "\(place).static_response"),
            body: try text("body", in: node, at: "\(place).static_response") ?? "")
    }
}
