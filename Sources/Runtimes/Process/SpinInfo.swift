#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `/.well-known/spin/info` answers.
struct SpinInfo: Decodable {
    var name: String
    /// Left out when the manifest has none.
    var version: String?

    static func version(in body: [UInt8]) -> String? {
        (try? JSONDecoder().decode(Self.self, from: Data(body)))?.version
    }
}
