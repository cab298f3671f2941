/// The format number of something of which nothing else may be understandable.
struct AuthoredFormat: Codable {
    var format: Int

    static func read(_ bytes: [UInt8], object: @autoclosure () -> String) throws(StoreError) -> Int {
        try CanonicalJSON.lenient(
            Self.self, from: bytes, object: object(), remedy: "Correct it, or restore it from a copy."
        ).format
    }
}
