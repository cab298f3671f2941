#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `/.well-known/spin/info` answers.
struct SpinInfo: Codable {
    var name: String
    /// Left out when the manifest has none.
    var version: String?

    static func version(in body: [UInt8]) -> String? {
        (try? JSONDecoder().decode(Self.self, from: Data(body)))?.version
    }

    /// As it is sent; an empty version is left out.
    var body: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let known = SpinInfo(name: name, version: version == "" ? nil : version)
        return (try? encoder.encode(known)).map { Array($0) } ?? []
    }
}
