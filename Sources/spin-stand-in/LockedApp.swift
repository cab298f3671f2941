/// What `spin up` hands to the trigger process.
struct LockedApp: Codable {
    struct Component: Codable {
        var id: String
        /// Absolute.
        var source: String?
        var route: String?
        var description: String?
        /// Status and body of a static response.
        var status: Int?
        var body: String?
    }

    var name: String
    var version: String
    var components: [Component]
}
