import Foundation
import RolloutTesting
import SystemPackage

/// An engine that runs no module: each request waits until the test opens the gate. For what must happen while one is in flight.
struct GatedEngine {
    let path: FilePath
    private let started: FilePath
    private let gate: FilePath

    /// - Parameter first: what it does before it waits.
    init(in root: FilePath, first: String = ":") throws {
        path = root.appending("wasmkit")
        started = root.appending("started")
        gate = root.appending("gate")
        let script = """
            #!/bin/sh
            if [ "$1" = --version ]; then echo gated; exit 0; fi
            if [ "$2" = --help ]; then exit 0; fi
            \(first)
            : > \(started)
            while [ ! -e \(gate) ]; do sleep 0.02; done
            printf 'content-type: text/plain\\n\\nthrough the gate'

            """
        try Data(script.utf8).write(to: URL(filePath: path.string))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.string)
    }

    /// Waits until a request is in flight.
    func isRunning() async -> Bool { await eventually { FileManager.default.fileExists(atPath: started.string) } }

    func open() { _ = FileManager.default.createFile(atPath: gate.string, contents: nil) }
}
