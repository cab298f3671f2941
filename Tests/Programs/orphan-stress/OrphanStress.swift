import Glibc
import RolloutSystem
import RolloutTesting
import SystemPackage

/// Many short-lived processes, each of which leaves orphans of its own.
struct OrphanStress: Sendable {
    let launcher = LinuxProcessLauncher()
    let count: Int

    /// How many of the exits were told rightly.
    func run() async -> Int {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<count { group.addTask { await self.isToldRightly(number) } }
            var right = 0
            for await isRight in group where isRight { right += 1 }
            return right
        }
    }

    /// One process with orphans that end before it and after it, and an exit code of its own.
    private func isToldRightly(_ number: Int) async -> Bool {
        let script = "(sleep 0.0\(number % 9) & exec true) & (sleep 0 &) ; exit \(number % 200)"
        let request = LaunchRequest(
            executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"], endsGroupOnExit: false)
        guard let process = try? launcher.launch(request, for: .probeStart) else { return false }
        return await process.waitForExit().status == .exited(Int32(number % 200))
    }

    /// Children of this process, dead ones included.
    static func children() -> Int {
        let files = LinuxFileSystem()
        let names = (try? files.list("/proc", limit: .max, for: .processRead)) ?? []
        return names.count { name in
            guard Int32(name) != nil,
                let bytes = try? files.readAll(FilePath("/proc/\(name)/stat"), limit: 4096, for: .processRead)
            else { return false }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.lastIndex(of: ")") else { return false }
            return text[text.index(after: end)...].split(separator: " ").dropFirst().first == "\(getpid())"
        }
    }
}
