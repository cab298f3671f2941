import RolloutCore
import RolloutSystem
import Runtimes
import Synchronization
import SystemPackage

/// Runs one hook: in a directory of its own that is removed afterwards, as a process group of its own that is ended as one.
struct HookRunner: Sendable {
    let launcher: any ProcessLauncher
    /// Hooks run in directories of this one.
    let scratch: FilePath
    /// Where programs are looked for.
    let search: String
    /// By this a later agent finds what a killed one left running, and ends it before anything else is started.
    let marker: String
    /// Between SIGTERM and SIGKILL.
    var grace: Duration = .seconds(2)

    func run(_ hook: HookSetting, _ facts: HookFacts) async -> HookOutcome {
        let name = facts.point.rawValue
        guard let program = hook.command.first, let executable = findExecutable(program, searchPath: search) else {
            return .unavailable("Could not run \(name): there is no program '\(hook.command.first ?? "")'. Install it.")
        }
        let directory = scratch.appending("hook-\(name)")
        ScratchDirectory.remove(directory)
        do throws(RuntimeError) { try ScratchDirectory.make(directory, []) } catch { return .unavailable(error.description) }
        defer { ScratchDirectory.remove(directory) }
        let request = LaunchRequest(
            executable: executable, arguments: Array(hook.command.dropFirst()),
            environment: environment(facts, directory), workingDirectory: directory, standardOutput: .lines,
            standardError: .lines)
        do throws(LaunchError) {
            return await finish(try await launcher.start(request, for: .hookStart), hook, name)
        } catch {
            return .unavailable("Could not run \(name): \(error)")
        }
    }

    private func environment(_ facts: HookFacts, _ directory: FilePath) -> [String: String] {
        let basics = [
            "PATH": search, "HOME": directory.string, "TMPDIR": directory.string, "LANG": "C.UTF-8",
            LaunchRequest.markerVariable: marker,
        ]
        return basics.merging(facts.environment) { _, fact in fact }
    }

    private func finish(_ process: LaunchedProcess, _ hook: HookSetting, _ name: String) async -> HookOutcome {
        let tail = OutputTail(limit: 20)
        let reading = Task { for await line in process.output.lines { tail.append(line.text) } }
        let isLate = Mutex(false)
        let timer = Task {
            do { try await Task.sleep(for: hook.timeout) } catch { return }
            isLate.withLock { $0 = true }
            await end(process)
        }
        let status = await withTaskCancellationHandler {
            await process.waitForExit().status
        } onCancel: {
            Task { await end(process) }
        }
        timer.cancel()
        // The last words often come after the exit is known; a grandchild that got away may hold the pipe for ever.
        let patience = Task {
            try? await Task.sleep(for: .milliseconds(500))
            reading.cancel()
        }
        await reading.value
        patience.cancel()
        if Task.isCancelled { return .cancelled }
        let said = tail.lines.last { !$0.allSatisfy(\.isWhitespace) }.map { " Its last line: \($0)" } ?? ""
        if isLate.withLock({ $0 }) { return .failed("\(name) took longer than \(hook.timeout.text).\(said)") }
        return status == .exited(0) ? .passed : .failed("\(name) \(status.explanation).\(said)")
    }

    /// The whole group, first asked and then made to.
    private func end(_ process: LaunchedProcess) async {
        launcher.signal(process, .terminate, wholeGroup: true, for: .hookKill)
        let deadline = ContinuousClock.now + grace
        while process.exit.current == nil, ContinuousClock.now < deadline {
            // A cancelled sleep returns at once; the deadline still holds.
            do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
        }
        launcher.signal(process, .kill, wholeGroup: true, for: .hookKill)
    }
}
