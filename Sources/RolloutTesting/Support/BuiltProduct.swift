import Glibc
import SystemPackage

/// Executables that are built beside the test bundle.
package enum BuiltProduct {
    /// Absolute path of a product, such as `spin-stand-in`.
    package static func path(_ name: String) -> FilePath {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        precondition(count > 0, "/proc is not mounted")
        let own = FilePath(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
        return own.removingLastComponent().appending(name)
    }
}
