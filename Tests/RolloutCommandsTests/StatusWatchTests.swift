import Foundation
import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutCommands

@Suite struct StatusWatchTests {
    @Test func onlyLinesThatChangedAreDrawnAgain() {
        let old = Frame(["one", "two", "three"], columns: 40, lines: 10)
        #expect(Frame(["one", "two", "three"], columns: 40, lines: 10).changes(from: old).isEmpty)
        let new = Frame(["one", "TWO", "three"], columns: 40, lines: 10).changes(from: old)
        #expect(new == "\u{1B}[?2026h\u{1B}[2;1HTWO\u{1B}[K\u{1B}[?2026l")
        // What is gone is cleared, and another width draws everything.
        #expect(Frame(["one"], columns: 40, lines: 10).changes(from: old).contains("\u{1B}[2;1H\u{1B}[J"))
        #expect(Frame(["one", "two", "three"], columns: 50, lines: 10).changes(from: old).contains("\u{1B}[Hone"))
    }

    @Test func theBarShowsTheWholeFleet() {
        var progress = RolloutProgress(
            ChannelState(target: Digest(of: [1]), decision: 1, promoted: [Digest(of: [1])]), hosts: [])
        #expect(progress.bar(4) == "....")
        #expect(progress.text == "no live host follows it")
        (progress.hosts, progress.admitted, progress.serving, progress.refused) = (8, 4, 2, 1)
        #expect(progress.bar(8) == "##!-....")
        #expect(progress.bar(4) == "#!..")
        progress.admitted = 0
        #expect(progress.text == "none of 8 live hosts is let in yet")
    }

    /// A terminal that stands still for days must not fill the memory with what nobody has seen.
    @Test func onlyTheNewestLookIsKept() {
        let looks = NewestLook()
        let now = Instant(milliseconds: 1_800_000_000_000)
        let told = (1...1000).count { number in
            looks.put((.failure(CommandFailure(.unavailable, "\(number)")), now + .seconds(number)))
        }
        #expect(told == 1)
        #expect(looks.take()?.at == now + .seconds(1000))
        #expect(looks.take() == nil)
        #expect(looks.put((.failure(CommandFailure(.unavailable, "another")), now)))
    }

    @Test func aVersionThatCouldNotBeReadIsReadAgainAndOneThatIsGoneIsNot() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let release = try fixture.publish("1.0").release
            let failures = Mutex(1)
            let files = InterceptingFileSystem(before: { call throws(FileError) in
                guard call.purpose == .blobRead, call.operation == .open else { return }
                let fails = failures.withLock { left in
                    defer { left -= 1 }
                    return left > 0
                }
                if fails { throw FileError(code: .timedOut, operation: .open, path: call.path, purpose: call.purpose) }
            })
            let labels = ReleaseLabels(try Volume.open(at: fixture.root, in: files))
            #expect(labels.version(of: release) == nil)
            #expect(labels.version(of: release) == "1.0")
            let gone = Digest(of: [1])
            #expect(labels.version(of: gone) == nil)
            files.forgetCalls()
            #expect(labels.version(of: gone) == nil && labels.version(of: release) == "1.0")
            #expect(files.calls.isEmpty)
        }
    }

    @Test func whatDoesNotFitIsCut() {
        let frame = Frame(["a very long line", "b", "c"], columns: 8, lines: 2)
        #expect(frame.lines == ["a very …", "… 2 mor…"])
    }

    @Test func theTerminalIsGivenBackAsItWas() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            try site.report("web-1", serving: release)
            let terminal = try PseudoTerminal(columns: 150, lines: 20)
            defer { terminal.close() }
            let before = terminal.echoes
            let process = try site.program.start(["status", "--watch", "--every", "50ms"], on: terminal.device)
            #expect(await eventually { terminal.text.contains("web-1") })
            #expect(terminal.text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l"))
            #expect(!terminal.echoes)
            // A change is seen without another full drawing.
            let second = try await site.publish(Site.second, as: "v2")
            try site.report("web-1", serving: second, decision: 2)
            #expect(await eventually { terminal.text.contains("1 of 1 live hosts serve it") && terminal.text.contains("(v2)") })
            let drawings = terminal.text.components(separatedBy: "\u{1B}[J").count
            terminal.resize(columns: 100, lines: 10)
            Program.launcher.signal(process, ProcessSignal("WINCH") ?? .terminate, wholeGroup: false, for: .serverSignal)
            #expect(await eventually { terminal.text.components(separatedBy: "\u{1B}[J").count > drawings })
            Program.launcher.signal(process, ProcessSignal("INT") ?? .terminate, wholeGroup: false, for: .serverSignal)
            #expect(await process.waitForExit().status == .exited(0))
            #expect(await eventually { terminal.text.contains("\u{1B}[?25h\u{1B}[?1049l") })
            #expect(terminal.echoes == before)
        }
    }

    @Test func theShellCanStopItAndGoOnWithIt() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try site.report("web-1", serving: try await site.publish(as: "v1"))
            let terminal = try PseudoTerminal(columns: 150, lines: 20)
            defer { terminal.close() }
            // A shell with job control, whose terminal this is.
            let shell = try Program.launcher.launch(
                LaunchRequest(
                    executable: "/bin/bash",
                    arguments: ["-c", "exec <>$0 >&0 2>&0; exec bash --norc --noprofile --noediting -i", terminal.path],
                    environment: site.program.environment.merging(Program.path) { own, _ in own }, workingDirectory: directory,
                    standardInput: .null, standardOutput: .null, standardError: .null), for: .hookStart)
            defer { Program.launcher.signal(shell, .kill, wholeGroup: true, for: .hookKill) }
            let (enter, leave) = ("\u{1B}[?1049h", "\u{1B}[?1049l")
            func count(_ words: String) -> Int { terminal.text.components(separatedBy: words).count - 1 }
            terminal.type("\(BuiltProduct.path("wasmrollout")) status --watch --every 50ms\n")
            #expect(await eventually { count(enter) == 1 && terminal.text.contains("web-1") }, "\(terminal.text)")
            #expect(!terminal.echoes)
            terminal.type("\u{1A}")
            #expect(await eventually { count(leave) == 1 && terminal.text.contains("Stopped") }, "\(terminal.text)")
            // The shell has its terminal back.
            terminal.type("echo $((6 * 7))\n")
            #expect(await eventually { terminal.text.contains("\n42") }, "\(terminal.text)")
            #expect(terminal.echoes)
            let seen = count("web-1")
            terminal.type("fg\n")
            #expect(await eventually { count(enter) == 2 && count("web-1") > seen }, "\(terminal.text)")
            #expect(!terminal.echoes)
            let prompts = count("bash-")
            terminal.type("\u{03}")
            // What is typed before the shell asks again may be read by the program that ends.
            #expect(await eventually { count(leave) == 2 && count("bash-") > prompts }, "\(terminal.text)")
            terminal.type("echo $? $((7 * 7))\n")
            #expect(await eventually { terminal.text.contains("\n0 49") }, "\(terminal.text)")
        }
    }

    @Test func withoutATerminalEveryChangeIsALine() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            try site.report("web-1", serving: release)
            let process = try site.program.start(["status", "--watch", "--every", "50ms"])
            var lines = process.output.lines.makeAsyncIterator()
            let first = await lines.next()?.text
            #expect(first?.contains("hello web-1  serves \(release.short) (v1), ready") == true)
            try site.report("web-1", serving: nil, health: .failing, note: "It crashed.")
            let next = await lines.next()?.text
            #expect(next?.hasSuffix("hello web-1  is failing: It crashed.") == true)
            Program.launcher.signal(process, .kill, wholeGroup: true, for: .hookKill)
            _ = await process.waitForExit()
        }
    }

    @Test func thePastIsReadFromTheLog() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            let between = Instant(milliseconds: SystemClock().wallMilliseconds)
            let second = try await site.publish(Site.second, as: "v2")
            let then = try await site.program("status", "--at", between.description)
            #expect(then.output.contains("channel stable: \(first.short) (v1), since record 1"))
            #expect(!then.output.contains(second.short))
            #expect(then.output.contains("no history of the hosts"))
            #expect(try await site.program("status", "--at", "0s").output.contains(second.short))
            #expect(try await site.program("status", "--at", "2020-01-01").output.contains("had no record yet"))
            #expect(try await site.program("status", "--at", "yesterday").status == .exited(64))
        }
    }
}

/// A terminal without a window.
private final class PseudoTerminal: @unchecked Sendable {
    // Two descriptors and what was read, used by one test at a time.
    let device: Int32
    let path: String
    private let controller: Int32
    private var read: [UInt8] = []

    struct Failure: Error {}

    init(columns: UInt16, lines: UInt16) throws {
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        // TIOCSPTLCK and TIOCGPTN, which Swift does not see: unlock it, and give its number (ioctl_tty(2)).
        var (locked, number) = (Int32(0), UInt32(0))
        guard controller >= 0, ioctl(controller, 0x4004_5431, &locked) == 0, ioctl(controller, 0x8004_5430, &number) == 0 else {
            throw Failure()
        }
        path = "/dev/pts/\(number)"
        device = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard device >= 0 else { throw Failure() }
        resize(columns: columns, lines: lines)
    }

    func resize(columns: UInt16, lines: UInt16) {
        var size = winsize(ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
    }

    /// What a person types.
    func type(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(controller, $0.baseAddress, $0.count) } }

    var echoes: Bool {
        var settings = termios()
        tcgetattr(device, &settings)
        return settings.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Everything written so far.
    var text: String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(controller, &buffer, buffer.count)
            guard count > 0 else { break }
            read += buffer[..<count]
        }
        return String(decoding: read, as: UTF8.self)
    }

    func close() {
        Glibc.close(device)
        Glibc.close(controller)
    }
}
