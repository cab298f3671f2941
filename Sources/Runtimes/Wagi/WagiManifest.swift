import RolloutCore
import TOMLKit

/// What the embedded host takes from a Spin manifest, version 1 or 2.
struct WagiManifest {
    struct Component {
        var id: String
        /// As written: relative to the manifest.
        var source: String
        var environment: [String: String]
        var files: [AssetRule]
        var excluded: [String]
    }

    var name = ""
    var version = ""
    var components: [Component] = []
    var triggers: [WagiPlan.Trigger] = []
    /// By component id, the `argv` of its executor.
    private(set) var arguments: [String: String] = [:]

    struct Defect: Error {
        /// In words that follow a colon.
        var reason: String
    }

    init(text: String) throws(Defect) {
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch {
            throw Defect(reason: "it is not TOML: \(error)")
        }
        if table["spin_manifest_version"]?.string == "1" {
            try readVersionOne(table)
        } else if table["spin_manifest_version"]?.int == 2 {
            try readVersionTwo(table)
        } else {
            throw Defect(reason: "its spin_manifest_version is neither \"1\" nor 2")
        }
    }

    private mutating func readVersionTwo(_ table: TOMLTable) throws(Defect) {
        name = table["application"]?.table?["name"]?.string ?? ""
        version = table["application"]?.table?["version"]?.string ?? ""
        let named = table["component"]?.table
        for (index, value) in (table["trigger"]?.table?["http"]?.array ?? TOMLArray()).enumerated() {
            guard let trigger = value.table else { continue }
            let id = trigger["id"]?.string ?? "trigger-\(index)"
            if let response = trigger["static_response"]?.table {
                add(trigger, id: id, component: nil, fixed: Self.fixed(response))
                continue
            }
            let inline = trigger["component"]?.table
            guard let componentID = inline == nil ? trigger["component"]?.string : id,
                let component = inline ?? named?[componentID]?.table
            else { throw Defect(reason: "its HTTP trigger \(index + 1) names no component that it defines") }
            add(trigger, id: componentID, component: try add(component, id: componentID), fixed: nil)
        }
    }

    private mutating func readVersionOne(_ table: TOMLTable) throws(Defect) {
        name = table["name"]?.string ?? ""
        version = table["version"]?.string ?? ""
        for component in (table["component"]?.array ?? TOMLArray()).compactMap(\.table) {
            guard let id = component["id"]?.string else { throw Defect(reason: "it has a component without an id") }
            let position = try add(component, id: id)
            if let trigger = component["trigger"]?.table { add(trigger, id: id, component: position, fixed: nil) }
        }
    }

    /// The position of the component, which several triggers may name.
    private mutating func add(_ table: TOMLTable, id: String) throws(Defect) -> Int {
        if let position = components.firstIndex(where: { $0.id == id }) { return position }
        guard let source = table["source"]?.string else {
            throw Defect(reason: "component '\(id)' has no source that is a path")
        }
        var environment: [String: String] = [:]
        for (name, value) in table["environment"]?.table ?? TOMLTable() { environment[name] = value.string }
        components.append(
            Component(
                id: id, source: source, environment: environment,
                files: (table["files"]?.array ?? TOMLArray()).compactMap { AssetRule($0) },
                excluded: (table["exclude_files"]?.array ?? TOMLArray()).compactMap(\.string)))
        return components.count - 1
    }

    private mutating func add(_ trigger: TOMLTable, id: String, component: Int?, fixed: WagiPlan.Fixed?) {
        if component != nil, let template = trigger["executor"]?.table?["argv"]?.string { arguments[id] = template }
        // Anything but a text is `{ private = true }`: reachable from inside Spin only, and so not at all here.
        guard let route = trigger["route"]?.string else { return }
        triggers.append(WagiPlan.Trigger(route: route, id: id, component: component, fixed: fixed))
    }

    private static func fixed(_ table: TOMLTable) -> WagiPlan.Fixed {
        var headers: [String: String] = [:]
        for (name, value) in table["headers"]?.table ?? TOMLTable() { headers[name] = value.string }
        return WagiPlan.Fixed(status: table["status_code"]?.int ?? 200, headers: headers, body: table["body"]?.string ?? "")
    }
}

extension AssetRule {
    fileprivate init?(_ value: any TOMLValueConvertible) {
        if let pattern = value.string {
            self = .matching(pattern)
        } else if let source = value.table?["source"]?.string, let destination = value.table?["destination"]?.string {
            self = .placed(source: source, destination: destination)
        } else {
            return nil
        }
    }
}
