import Foundation
import ReleaseSource
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage

/// A directory with something to publish in it.
struct SourceDirectory {
    let temporary = TemporaryDirectory()

    var path: FilePath { temporary.path }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: path.appending(name).string)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    func write(_ image: ImageBytes) throws {
        for (name, bytes) in image.files { try write(name, bytes) }
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path.appending(name).string, withDestinationPath: target)
    }

    func open(_ name: String = "") throws(ReleaseSourceError) -> PublishableRelease {
        let target = name.isEmpty ? path : path.appending(name)
        return try ReleaseSource(LinuxFileSystem(), spoolDirectory: path).open(target)
    }

    /// The refusal, or `nil` when it was accepted.
    func refusal(_ name: String = "") -> String? {
        do throws(ReleaseSourceError) {
            _ = try open(name)
            return nil
        } catch {
            return error.description
        }
    }

    func remove() { temporary.remove() }
}

extension PublishableRelease {
    var paths: [String] { files.map(\.path.description) }

    func bytes(_ path: String) throws -> [UInt8] {
        guard let file = files.first(where: { $0.path.description == path }) else { throw MissingFile(path: path) }
        return try file.content.open().read(at: 0, count: Int(file.content.size))
    }

    func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// What the publisher would make of it.
    func manifest() throws -> ReleaseManifest? {
        var digests: [RelativePath: Digest] = [:]
        for file in files { digests[file.path] = Digest(ImageBytes.digest(try bytes(file.path.description))) }
        return manifest(app: "hello", digests: digests)
    }
}

struct MissingFile: Error { var path: String }
