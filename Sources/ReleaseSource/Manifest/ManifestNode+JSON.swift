import RolloutCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ManifestNode: Decodable {
    init(from decoder: any Decoder) throws {
        if var list = try? decoder.unkeyedContainer() {
            var values: [ManifestNode] = []
            while !list.isAtEnd {
                if try list.decodeNil() { continue }
                values.append(try list.decode(ManifestNode.self))
            }
            self = .list(values)
        } else if let table = try? decoder.container(keyedBy: TextKey.self) {
            var values: [String: ManifestNode] = [:]
            for key in table.allKeys where try !table.decodeNil(forKey: key) {
                values[key.stringValue] = try table.decode(ManifestNode.self, forKey: key)
            }
            self = .table(values)
        } else {
            let value = try decoder.singleValueContainer()
            if let boolean = try? value.decode(Bool.self) {
                self = .boolean(boolean)
            } else if let integer = try? value.decode(Int64.self) {
                self = .integer(integer)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try value.decode(String.self))
            }
        }
    }

    /// Parses JSON. Nulls are left out: in these documents they mean what absence means.
    static func parse(json bytes: [UInt8], name: String) throws(ReleaseSourceError) -> ManifestNode {
        do {
            return try JSONDecoder().decode(ManifestNode.self, from: Data(bytes))
        } catch {
            throw ReleaseSourceError(name, "it is not valid JSON", remedy: "Make the image again")
        }
    }
}

private struct TextKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
