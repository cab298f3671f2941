import Glibc
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `spin up`: reads the manifest, writes the locked app into a temporary directory, starts `spin trigger http`, waits
/// for it.
enum SpinUp {
    private struct Options {
        var manifest = FilePath("spin.toml")
        var temporary: FilePath?
        var rest: [String] = []
    }

    static func run(_ arguments: [String]) {
        let options = parse(arguments)
        let app: LockedApp
        do {
            app = try ManifestReader.read(options.manifest)
        } catch {
            fail("Error: Failed to read manifest from \"\(options.manifest)\"\n\nCaused by:\n    \(error)")
        }
        let temporary = makeTemporary(options)
        let lock = temporary.appending("spin.lock")
        guard let data = try? JSONEncoder().encode(app), (try? data.write(to: URL(filePath: lock.string))) != nil else {
            fail("Error: Failed to write \(lock)")
        }
        setenv("SPIN_LOCKED_URL", "file://\(lock)", 1)
        setenv("SPIN_WORKING_DIR", temporary.string, 1)
        setenv("SPIN_LOCAL_APP_DIR", options.manifest.removingLastComponent().string, 1)
        let child = spawn(options.rest)
        forwardSignals(to: child)
        let code = wait(for: child)
        if options.temporary == nil { removeTree(temporary) }
        exit(code)
    }

    private static func parse(_ arguments: [String]) -> Options {
        var options = Options()
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let name = argument.hasPrefix("--") ? parts[0] : argument
            func value() -> String {
                if argument.hasPrefix("--"), parts.count == 2 { return parts[1] }
                guard let next = rest.popFirst() else { fail("error: a value is required for '\(name)'", code: 2) }
                return next
            }
            switch name {
            case "-f", "--from", "--from-file", "--file": options.manifest = FilePath(value())
            case "--temp", "--tmp": options.temporary = FilePath(value())
            case "-e", "--env", "--profile", "--cache-dir", "-c", "--component-id": _ = value()
            case "-k", "--insecure", "--direct-mounts", "--build": break
            default: options.rest.append(argument)
            }
        }
        var isDirectory: Bool { FileManager.default.fileExists(atPath: options.manifest.appending("spin.toml").string) }
        if isDirectory { options.manifest.append("spin.toml") }
        return options
    }

    private static func makeTemporary(_ options: Options) -> FilePath {
        if let given = options.temporary {
            makeTree(given)
            return given
        }
        let parent = environment("TMPDIR") ?? "/tmp"
        var template = Array("\(parent)/spinup-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fail("Error: Failed to create a temporary directory in \(parent)") }
        return FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Like Spin: same process group and session, standard streams inherited, nothing that ties the child to its parent.
    private static func spawn(_ arguments: [String]) -> pid_t {
        var vector: [UnsafeMutablePointer<CChar>?] = (["spin", "trigger", "http"] + arguments).map { strdup($0) }
        vector.append(nil)
        var child: pid_t = 0
        guard posix_spawn(&child, "/proc/self/exe", nil, nil, vector, environ) == 0 else {
            fail("Error: Failed to start the trigger")
        }
        return child
    }

    nonisolated(unsafe) private static var child: pid_t = 0

    private static func forwardSignals(to process: pid_t) {
        child = process
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { _ in kill(SpinUp.child, SIGTERM) }
        }
    }

    private static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return 1 }
        }
        let number = status & 0x7f
        return number == 0 ? (status >> 8) & 0xff : 128 + number
    }

    private static func removeTree(_ path: FilePath) { try? FileManager.default.removeItem(atPath: path.string) }
}

func makeTree(_ path: FilePath) {
    do {
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    } catch {
        fail("Error: Failed to create directory \"\(path)\"\n\nCaused by:\n    \(error)")
    }
}
