import RolloutCore

/// What `next` answers with.
package struct Invocation: Decodable, Hashable, Sendable {
    package enum Kind: String, Decodable, Sendable {
        case invoke = "INVOKE"
        /// Internal extensions do not get this one; it is understood all the same.
        case shutdown = "SHUTDOWN"
    }

    package var kind: Kind
    /// By then the platform takes the environment for hung.
    package var deadline: Instant
    package var requestID: String?

    private enum CodingKeys: String, CodingKey {
        case kind = "eventType"
        case deadline = "deadlineMs"
        case requestID = "requestId"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.kind = try values.decode(Kind.self, forKey: .kind)
        self.deadline = Instant(milliseconds: try values.decode(Int64.self, forKey: .deadline))
        self.requestID = try values.decodeIfPresent(String.self, forKey: .requestID)
    }
}
