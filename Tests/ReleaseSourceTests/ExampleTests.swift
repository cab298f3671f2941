import Foundation
import ReleaseSource
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// The applications in Examples/: what stands in the repository is what its source makes, and can be published.
@Suite struct ExampleTests {
    private static let examples = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("Examples")
    private static let names = ["hello-v1.wasm", "hello-v2.wasm", "hello-v3-broken.wasm"]

    private static func find(_ tool: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(tool)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The clang that wrote the committed bytes; another one may write others.
    private static let isTheirClang: Bool = {
        guard let clang = find("clang"), find("make") != nil, find("wasm-ld") != nil else { return false }
        return (try? run(clang, ["--version"]))?.contains("clang version 21.") ?? false
    }()

    private static func run(_ tool: String, _ arguments: [String], in directory: FilePath? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory.string) }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: output, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw ToolFailure(output: text) }
        return text
    }

    @Test(arguments: names) func commandsCanBePublished(name: String) throws {
        let release = try ReleaseSource(LinuxFileSystem()).open(Self.examples.appending("hello-wagi").appending(name))
        #expect(release.components.map(\.needs) == [.wagi])
        #expect(release.warnings.isEmpty)
    }

    @Test func theApplicationWithAManifestCanBePublished() throws {
        let release = try ReleaseSource(LinuxFileSystem()).open(Self.examples.appending("hello-wagi").appending("spin.toml"))
        #expect(release.paths == ["hello.wasm", "spin.toml"])
        #expect(release.version == "v1")
    }

    @Test(.enabled(if: isTheirClang, "needs the clang 21 of the Swift 6.3 toolchain, wasm-ld and make on PATH"))
    func sourceMakesTheCommittedBytes() throws {
        let output = TemporaryDirectory()
        defer { output.remove() }
        let directory = Self.examples.appending("hello-wagi")
        _ = try Self.run(#require(Self.find("make")), ["OUT=\(output.path)", "all"], in: directory)
        for name in Self.names {
            let made = try Data(contentsOf: URL(fileURLWithPath: output.path.appending(name).string))
            let committed = try Data(contentsOf: URL(fileURLWithPath: directory.appending(name).string))
            #expect(made == committed, "\(name) differs from what its source makes")
        }
    }

    @Test(.enabled(if: find("wasmkit") != nil, "needs wasmkit on PATH")) func commandsAnswerOnWasmkit() throws {
        let wasmkit = try #require(Self.find("wasmkit"))
        let directory = Self.examples.appending("hello-wagi")
        func answer(_ name: String, _ path: String, _ arguments: [String] = []) throws -> String {
            try Self.run(wasmkit, ["run", "--env", "PATH_INFO=\(path)", directory.appending(name).string] + arguments)
        }
        #expect(try answer("hello-v1.wasm", "/").hasSuffix("\n\nhello from v1\n"))
        #expect(try answer("hello-v2.wasm", "/").hasSuffix("\n\nhello from v2\n"))
        #expect(try answer("hello-v1.wasm", "/status/418").hasPrefix("Status: 418\n"))
        #expect(try answer("hello-v1.wasm", "/big", ["/big", "bytes=100000"]).utf8.count == 100_040)
        #expect(throws: ToolFailure.self) { try answer("hello-v1.wasm", "/exit/3") }
        #expect(throws: ToolFailure.self) { try answer("hello-v3-broken.wasm", "/") }
    }

    // MARK: moscow-time

    /// Debian 12's Rust with its WASI library, which wrote the committed bytes.
    private static let theirRust: String? = {
        let rust = "/usr/bin/rustc"
        guard find("make") != nil, FileManager.default.isExecutableFile(atPath: rust),
            FileManager.default.fileExists(atPath: "/usr/lib/rustlib/wasm32-wasi")
        else { return nil }
        return (try? run(rust, ["--version"]))?.hasPrefix("rustc 1.63.0") == true ? rust : nil
    }()

    @Test(arguments: ["moscow-time.wasm", "spin.toml"]) func moscowTimeCanBePublished(name: String) throws {
        let release = try ReleaseSource(LinuxFileSystem()).open(Self.examples.appending("moscow-time").appending(name))
        #expect(release.components.map(\.needs) == [.wagi])
        #expect(release.components.map(\.kind) == [.module])
        #expect(release.paths == ["moscow-time.wasm", "spin.toml"])
        #expect(release.warnings.isEmpty)
    }

    @Test(.enabled(if: theirRust != nil, "needs make and Debian 12's rustc and libstd-rust-dev-wasm32"))
    func moscowTimesSourceMakesTheCommittedBytes() throws {
        let output = TemporaryDirectory()
        defer { output.remove() }
        let directory = Self.examples.appending("moscow-time")
        let rust = try #require(Self.theirRust)
        _ = try Self.run(#require(Self.find("make")), ["OUT=\(output.path)", "RUSTC=\(rust)", "wasm"], in: directory)
        let made = try Data(contentsOf: URL(fileURLWithPath: output.path.appending("moscow-time.wasm").string))
        let committed = try Data(contentsOf: URL(fileURLWithPath: directory.appending("moscow-time.wasm").string))
        #expect(made == committed, "moscow-time.wasm differs from what its source makes")
    }

    /// wasmkit 0.1.6 shows guests the time since the machine's start; the application notices.
    @Test(.enabled(if: find("wasmkit") != nil, "needs wasmkit on PATH")) func moscowTimeAnswersOnWasmkit() throws {
        let wasmkit = try #require(Self.find("wasmkit"))
        let module = Self.examples.appending("moscow-time").appending("moscow-time.wasm").string
        func answer(_ method: String) throws -> String {
            try Self.run(wasmkit, ["run", "--env", "REQUEST_METHOD=\(method)", "--env", "PATH_INFO=/", module])
        }
        let time = try answer("GET")
        let isRight = time.hasPrefix("Status: 200 OK\nContent-Type: application/json\n\n{\"city\":\"Moscow\",\"time\":\"20")
        let isNoticed = time.hasPrefix("Status: 503 ") && time.contains("\"clock\":\"1970-")
        #expect(isRight || isNoticed, "\(time)")
        #expect(try answer("POST").hasPrefix("Status: 405 "))
    }

    @Test(
        .enabled(
            if: find("componentize-py") != nil && find("make") != nil,
            "needs make and componentize-py 0.17.2 with spin-sdk 3.4.1 on PATH (Examples/hello-http/requirements.txt)"))
    func theSpinComponentBuildsAndIsDescribed() throws {
        let copy = SourceDirectory()
        defer { copy.remove() }
        let example = Self.examples.appending("hello-http")
        for name in ["app.py", "spin.toml", "Makefile", "assets/note.txt"] {
            try copy.write(name, Array(Data(contentsOf: URL(fileURLWithPath: example.appending(name).string))))
        }
        _ = try Self.run(#require(Self.find("make")), [], in: copy.path)
        let release = try copy.open("spin.toml")
        #expect(release.paths == ["files/hello/note.txt", "hello.wasm", "spin.toml"])
        let facts = try #require(release.components.first)
        #expect(facts.kind == .component)
        #expect(facts.needs == .http)
        #expect(facts.exports.contains("wasi:http/incoming-handler@0.2.0"))
        #expect(facts.imports.contains("wasi:http/types@0.2.0"))
        #expect(release.capabilities.outboundHosts == ["https://example.com"])
        #expect(release.warnings.isEmpty)
    }
}

private struct ToolFailure: Error { var output: String }
