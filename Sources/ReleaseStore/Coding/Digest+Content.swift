import Crypto
import RolloutCore

extension RolloutCore.Digest {
    /// The digest of bytes in memory.
    package init(of content: [UInt8]) { self.init(bytes: SHA256.hash(data: content)) }
}
