#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON that people write and edit: any spelling, any order, but no field that is not known. A misspelled `thresholds` must not
/// quietly weaken a trust policy.
package enum AuthoredJSON {
    /// Indented, sorted keys, a newline at the end.
    package static func encode(_ value: some Encodable) throws(StoreError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        do {
            return [UInt8](try encoder.encode(value)) + [10]
        } catch {
            throw StoreError(
                .refused, "encode \(type(of: value))", "\(error)",
                "Report this as a bug.")
        }
    }

    package static func decode<Value: Codable>(
        _ type: Value.Type, from bytes: [UInt8], object: @autoclosure () -> String
    ) throws(StoreError) -> Value {
        let value = try CanonicalJSON.lenient(
            type, from: bytes, object: object(), remedy: "Correct it, or restore it from a copy.")
        let given = try CanonicalJSON.lenient(Tree.self, from: bytes, object: object())
        let known = try CanonicalJSON.lenient(Tree.self, from: CanonicalJSON.encode(value), object: object())
        if let unknown = given.firstUnknownKey(comparedWith: known, at: "") {
            throw StoreError(
                .corrupt, "read \(object())", "it has a field '\(unknown)' that is not known",
                "Remove it, or correct its name.")
        }
        return value
    }

    /// Only as much of JSON as tells which keys there are.
    private indirect enum Tree: Decodable {
        case object([String: Tree])
        case list([Tree])
        case null
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let object = try? container.decode([String: Tree].self) {
                self = .object(object)
            } else if let list = try? container.decode([Tree].self) {
                self = .list(list)
            } else {
                self = .other
            }
        }

        func firstUnknownKey(comparedWith known: Tree, at path: String) -> String? {
            switch (self, known) {
            case (.object(let given), .object(let known)):
                for (key, value) in given.sorted(by: { $0.key < $1.key }) {
                    guard let expected = known[key] else {
                        // `null` says what leaving it out says.
                        if case .null = value { continue }
                        return "\(path)\(key)"
                    }
                    if let unknown = value.firstUnknownKey(comparedWith: expected, at: "\(path)\(key).") { return unknown }
                }
            case (.list(let given), .list(let known)):
                for (value, expected) in zip(given, known) {
                    if let unknown = value.firstUnknownKey(comparedWith: expected, at: path) { return unknown }
                }
            default: break
            }
            return nil
        }
    }
}
