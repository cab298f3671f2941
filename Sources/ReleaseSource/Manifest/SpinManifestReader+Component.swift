import RolloutCore

/// What both versions say about a component and its route.
extension SpinManifestReader {
    func route(in trigger: ManifestNode, at place: String) throws(ReleaseSourceError) -> String? {
        switch trigger["route"] {
        case .text(let route)?: return route
        case let value? where value["private"]?.boolean == true: return nil
        default: throw refusal("\(place) has no route", remedy: "Add 'route = \"/...\"', or 'route = { private = true }'")
        }
    }

    mutating func component(
        _ id: String, _ node: ManifestNode, place: [PathStep], name: String, version: Int
    ) throws(ReleaseSourceError) -> SpinComponent {
        let hosts =
            try texts("allowed_outbound_hosts", in: node, at: name)
            + Self.outboundHosts(http: try texts("allowed_http_hosts", in: node, at: name))
        if version == 2, node["profile"] != nil {
            warnings.append("\(self.name): the profiles of \(name) are left out; the release has the default one.")
        }
        return SpinComponent(
            id: id, place: place, source: try source(node["source"], at: name), files: try files(in: node, at: name),
            excludes: try texts("exclude_files", in: node, at: name),
            environment: try textTable("environment", in: node, at: name),
            capabilities: Capabilities(
                outboundHosts: hosts, keyValueStores: try texts("key_value_stores", in: node, at: name),
                sqliteDatabases: try texts("sqlite_databases", in: node, at: name),
                aiModels: try texts("ai_models", in: node, at: name)),
            dependencies: try dependencies(in: node, at: name))
    }

    /// The older way to allow hosts, in the words of the newer one.
    private static func outboundHosts(http hosts: [String]) -> [String] {
        hosts.flatMap { host in
            if host == "insecure:allow-all" { return ["http://*:*", "https://*:*"] }
            return host.contains("://") ? [host] : ["http://\(host)", "https://\(host)"]
        }
    }

    private func dependencies(in node: ManifestNode, at place: String) throws(ReleaseSourceError) -> [SpinDependency] {
        guard let table = node["dependencies"]?.table else { return [] }
        var result: [SpinDependency] = []
        for (name, value) in table.sorted(by: { $0.key < $1.key }) {
            if let path = value["path"]?.text {
                result.append(SpinDependency(name: name, path: path))
            } else if value["component"]?.text == nil {
                throw refusal(
                    "the dependency '\(name)' of \(place) is not a local file",
                    remedy: "Fetch it, and name it with { path = \"…\" }")
            }
        }
        return result
    }
}
