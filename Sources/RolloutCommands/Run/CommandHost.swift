import Glibc
import RolloutCore
import RolloutSystem
import SystemPackage

/// The machine a command runs on: the doors it uses, and what the process was started with.
enum CommandHost {
    /// Each call is known to the `VolumeCall` that it is part of.
    static let files: any FileSystem = InterposedFileSystem(makeFileSystem(), CallWatching())
    static let clock = SystemClock()

    static var now: Instant { Instant(milliseconds: clock.wallMilliseconds) }

    /// A variable of this process's environment; empty counts as absent.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// All of this process's environment.
    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let parts = String(cString: pointer).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }

    /// `path` from where the person stands, without `.` and `..`.
    static func absolute(_ path: String) -> FilePath {
        let path = FilePath(path)
        guard !path.isAbsolute else { return path.lexicallyNormalized() }
        guard let directory = getcwd(nil, 0) else { return path }
        defer { free(directory) }
        return FilePath(String(cString: directory)).pushing(path).lexicallyNormalized()
    }

    /// `path` by a name without symbolic links. Blocks while its disk does not answer.
    static func resolvingLinks(_ path: FilePath) -> FilePath {
        CallWatching().around(.status, path, .volumeRead) { path.resolvingLinks() }
    }

    static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// `user@host`, for the log's "who".
    static var author: String {
        let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid-\(getuid())"
        return "\(user)@\(hostName)"
    }

    /// This program's own file.
    static var program: FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return FilePath(String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
