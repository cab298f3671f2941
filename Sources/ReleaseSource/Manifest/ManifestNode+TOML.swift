import RolloutCore
import TOMLKit

extension ManifestNode {
    /// Parses TOML text.
    ///
    /// - Parameter name: of the file, for messages.
    static func parse(toml text: String, name: String) throws(ReleaseSourceError) -> ManifestNode {
        // The parser ends at a NUL, which TOML forbids, and hands out values as C strings.
        guard !text.utf8.contains(0), !["\\u0000", "\\U00000000"].contains(where: { text.contains($0) }) else {
            throw ReleaseSourceError(name, "it contains a NUL character", remedy: "Remove it")
        }
        do {
            return try .table(convert(TOMLTable(string: text), name: name, depth: 0))
        } catch let error as TOMLParseError {
            let place = "\(name):\(error.source.begin.line)"
            throw ReleaseSourceError(
                name, "line \(error.source.begin.line) is not valid TOML: \(error.description)", remedy: "Correct \(place)")
        } catch let error as ReleaseSourceError {
            throw error
        } catch {
            throw ReleaseSourceError(name, "it is not valid TOML", remedy: "Correct it; 'spin doctor' may help")
        }
    }

    private static func convert(_ table: TOMLTable, name: String, depth: Int) throws(ReleaseSourceError) -> [String:
        ManifestNode]
    {
        var result: [String: ManifestNode] = [:]
        for key in table.keys {
            guard let value = table[key] else { continue }
            result[key] = try convert(value, key: key, name: name, depth: depth)
        }
        return result
    }

    private static func convert(
        _ value: any TOMLValueConvertible, key: String, name: String, depth: Int
    ) throws(ReleaseSourceError) -> ManifestNode {
        guard depth < 64 else { throw ReleaseSourceError(name, "'\(key)' is nested too deeply", remedy: "Make it simpler") }
        if let text = value.string { return .text(text) }
        if let integer = value.int { return .integer(Int64(integer)) }
        if let boolean = value.bool { return .boolean(boolean) }
        if let number = value.double { return .number(number) }
        if let table = value.table { return .table(try convert(table, name: name, depth: depth + 1)) }
        if let array = value.array {
            var list: [ManifestNode] = []
            for element in array { list.append(try convert(element, key: key, name: name, depth: depth + 1)) }
            return .list(list)
        }
        throw ReleaseSourceError(
            name, "'\(key)' is a date, and a Spin manifest has none", remedy: "Write it as text, in quotes")
    }
}
