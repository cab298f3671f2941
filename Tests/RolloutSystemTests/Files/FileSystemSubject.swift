import RolloutSystem
import RolloutTesting
import SystemPackage

/// A file system the contract is checked against.
enum FileSystemSubject: CaseIterable {
    case linux, simulatedDisk, simulatedClient

    /// Runs `body` with an empty directory in it.
    func withRoot<Result>(_ body: (any FileSystem, FilePath) async throws -> Result) async throws -> Result {
        switch self {
        case .linux: try await withTemporaryDirectory { try await body(LinuxFileSystem(), $0) }
        case .simulatedDisk: try await body(SimulatedFileSystem().withDirectory("/root"), "/root")
        case .simulatedClient: try await body(SimulatedVolume().makeClient().withDirectory("/root"), "/root")
        }
    }
}

extension SimulatedFileSystem {
    func withDirectory(_ path: FilePath) throws(FileError) -> SimulatedFileSystem {
        try createDirectory(path, mode: 0o755, for: .userWrite)
        return self
    }
}

extension FileSystem {
    /// Creates a file with this content.
    func make(_ path: FilePath, _ content: String = "", mode: UInt16 = 0o644) throws(FileError) {
        let file = try createFile(path, mode: mode, for: .userWrite)
        defer { close(file) }
        try writeAll(file, Array(content.utf8), for: .userWrite)
        try sync(file, for: .userWrite)
    }

    func text(_ path: FilePath) throws(FileError) -> String {
        String(decoding: try readAll(path, limit: 1 << 20, for: .userRead), as: UTF8.self)
    }

    func names(_ path: FilePath) throws(FileError) -> [String] { try list(path, limit: 1000, for: .userRead).sorted() }
}

/// Why `body` fails; `nil` when it does not, or not with a file error.
func refusal<Result>(_ body: () throws -> Result) -> FileError.Code? {
    do {
        _ = try body()
        return nil
    } catch {
        return (error as? FileError)?.code
    }
}
