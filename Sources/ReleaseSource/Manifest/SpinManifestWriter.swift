import RolloutCore

/// Writes a manifest tree as TOML: always the same text for the same tree, each value on one line behind its key, and the
/// application's version as the placeholder that `SpinManifestStamp` fills in.
enum SpinManifestWriter {
    static func write(_ tree: ManifestNode) -> String {
        let isFirstVersion = tree["application"] == nil
        var lines = ["# Written by wasmrollout; paths are relative to this release.", ""]
        var root = tree
        var versionOwner = root
        if isFirstVersion {
            versionOwner["version"] = nil
            root = versionOwner
        } else {
            var application = root["application"] ?? .table([:])
            application["version"] = nil
            root["application"] = application
        }
        section(root, path: [], isList: false, placeholderAt: isFirstVersion ? [] : ["application"], into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func section(
        _ node: ManifestNode, path: [String], isList: Bool, placeholderAt: [String], into lines: inout [String]
    ) {
        let table = (node.table ?? [:]).sorted { $0.key < $1.key }
        let plain = table.filter { !isSection($0.value) }
        let nested = table.filter { isSection($0.value) }
        let header = path.map(key).joined(separator: ".")
        if !path.isEmpty {
            if isList { lines.append("[[\(header)]]") } else { lines.append("[\(header)]") }
        }
        if path == placeholderAt { lines.append(SpinManifestStamp.placeholder) }
        for (name, value) in plain { lines.append("\(key(name)) = \(inline(value))") }
        if !path.isEmpty || !plain.isEmpty { lines.append("") }
        for (name, value) in nested {
            if let list = value.list {
                for element in list {
                    section(element, path: path + [name], isList: true, placeholderAt: placeholderAt, into: &lines)
                }
            } else {
                section(value, path: path + [name], isList: false, placeholderAt: placeholderAt, into: &lines)
            }
        }
    }

    /// Whether it gets a header of its own: a table, or a list that holds tables only.
    private static func isSection(_ node: ManifestNode) -> Bool {
        if node.table != nil { return true }
        guard let list = node.list, !list.isEmpty else { return false }
        return list.allSatisfy { $0.table != nil }
    }

    private static func inline(_ node: ManifestNode) -> String {
        switch node {
        case .text(let value): quoted(value)
        case .integer(let value): String(value)
        case .number(let value): number(value)
        case .boolean(let value): String(value)
        case .list(let values): "[" + values.map(inline).joined(separator: ", ") + "]"
        case .table(let values):
            "{ " + values.sorted { $0.key < $1.key }.map { "\(key($0.key)) = \(inline($0.value))" }.joined(separator: ", ")
                + " }"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        // Swift writes 1e+20; TOML reads that too.
        return "\(value)"
    }

    private static func key(_ text: String) -> String {
        let isBare =
            !text.isEmpty
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
            }
        return isBare ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _
            where scalar.value < 32 || (127...159).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
