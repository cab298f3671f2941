import CRolloutSystem
import Glibc
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutSystem

@Suite struct LaunchTests {
    let shell = Shell()

    @Test func outputOfBothStreamsAndTheExitCodeComeBack() async throws {
        let result = try await shell.run("echo one; echo two >&2; printf three; exit 7")
        #expect(result.exit.status == .exited(7))
        #expect(result.output == ["one", "three"])
        #expect(result.errors == ["two"])
    }

    @Test func endBySignalIsToldApartFromAnExitCode() async throws {
        let result = try await shell.run("kill -TERM $$; sleep 60")
        #expect(result.exit.status == .signaled(SIGTERM))
        #expect(result.exit.status.description == "was ended by SIGTERM")
    }

    @Test func programThatIsMissingOrCannotRunIsAnErrorOfTheLaunch() async throws {
        try await withTemporaryDirectory { directory in
            let script = directory.appending("script")
            let files = LinuxFileSystem()
            let file = try files.createFile(script, mode: 0o600, for: .userWrite)
            try files.writeAll(file, Array("not a program".utf8), for: .userWrite)
            files.close(file)

            func code(_ path: FilePath, in place: FilePath? = nil) -> LaunchError.Code? {
                do throws(LaunchError) {
                    _ = try shell.launcher.launch(
                        LaunchRequest(executable: path, workingDirectory: place), for: .backendStart)
                    return nil
                } catch {
                    return error.code
                }
            }
            #expect(code(directory.appending("absent")) == .notFound)
            #expect(code(script) == .notExecutable)
            try files.setMode(script, 0o700, for: .userWrite)
            #expect(code(script) == .notExecutable)
            #expect(code("/bin/true", in: directory.appending("absent")) == .badDirectory)
            #expect(code("/bin/true", in: script) == .badDirectory)
        }
    }

    @Test func launchErrorSaysWhatAndWhy() {
        let error = LaunchError(code: .notFound, errno: ENOENT, executable: "/opt/spin", purpose: .backendStart)
        #expect(error.description == "Could not start /opt/spin: there is no such program.")
    }

    /// Room for less than the two streams and the end of a child.
    @Test(arguments: 0..<3) func childThatCannotBeWatchedIsAnErrorAndLeavesNothing(room: Int) async throws {
        let watcher = DescriptorWatcher(limit: room)
        let marker = "full-\(getpid())-\(room)"
        var request = shell.request("sleep 600 & sleep 600")
        request.environment[LaunchRequest.markerVariable] = marker
        request.standardInput = .pipe
        let before = try openDescriptors()
        let error = #expect(throws: LaunchError.self) {
            try LinuxProcessLauncher(watcher: watcher).launch(request, for: .hookStart)
        }
        #expect(error?.code == .noResources)
        #expect(await eventually { shell.launcher.orphans(marker: marker).isEmpty })
        // Those whose other end was closed are closed by the watcher.
        #expect(try await eventually { try openDescriptors() == before })
    }

    private func openDescriptors() throws -> Int {
        try LinuxFileSystem().list("/proc/self/fd", limit: .max, for: .processRead).count
    }

    @Test func zeroByteInAnArgumentIsRefusedInsteadOfCut() {
        let request = LaunchRequest(executable: "/bin/true", arguments: ["a\0b"])
        #expect(throws: LaunchError.self) { try shell.launcher.launch(request, for: .hookStart) }
    }

    @Test func processLeadsASessionAndGroupOfItsOwn() async throws {
        let process = try shell.start("read -r stat < /proc/self/stat; echo ${stat##*) }; exec cat") {
            $0.standardInput = .pipe
        }
        let line = await process.output.lines.first { _ in true }
        // After the name: state, parent, group, session.
        let fields = try #require(line?.text.split(separator: " ").compactMap { Int32($0) })
        #expect(fields[..<3] == [getpid(), process.processID, process.processID])
        close(try #require(process.standardInput))
        #expect(await process.waitForExit().status == .exited(0))
    }

    @Test func environmentAndDirectoryAreExactlyThoseAsked() async throws {
        try await withTemporaryDirectory { directory in
            let request = LaunchRequest(
                executable: "/usr/bin/env", environment: ["B": "2 = two", "A": ""], standardOutput: .lines)
            let process = try shell.launcher.launch(request, for: .hookStart)
            var lines: [String] = []
            for await line in process.output.lines { lines.append(line.text) }
            #expect(lines.sorted() == ["A=", "B=2 = two"])

            let result = try await shell.run("pwd -P") { $0.workingDirectory = directory }
            #expect(result.output == [directory.string])
        }
    }

    @Test func passedDescriptorsArriveUnderTheirNumbersAndNoOthersDo() async throws {
        // Deliberately not closed on exec.
        let leak = open("/dev/null", O_RDONLY)
        defer { close(leak) }
        #expect(leak > 2)
        var first: [Int32] = [0, 0]
        var second: [Int32] = [0, 0]
        #expect(pipe(&first) == 0 && pipe(&second) == 0)
        defer { for descriptor in first + second { close(descriptor) } }
        // What the child did not write must fail the test, not block it.
        for descriptor in [first[0], second[0]] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        // Each asked for under the number of the other: a copy in the wrong order would lose one.
        let result = try await shell.run(
            "printf first > /dev/fd/\(second[1]); printf second > /dev/fd/\(first[1]); ls /proc/$$/fd"
        ) {
            $0.passedDescriptors = [second[1]: first[1], first[1]: second[1]]
        }
        #expect(result.exit.status == .exited(0), "\(result.errors)")
        let expected = [0, 1, 2, first[1], second[1]]
        // A shell may keep one more, its script's; this one was given on the command line.
        #expect(result.output.compactMap { Int32($0) }.sorted() == expected.sorted())
        #expect(contents(of: first[0]) == "first")
        #expect(contents(of: second[0]) == "second")
    }

    /// What a launch does where close_range(2) cannot; it does no harm to this process, which passes none of its own on.
    @Test func everyOpenDescriptorIsFoundByItsListing() {
        let opened = (0..<300).map { _ in open("/dev/null", O_RDONLY) }
        defer { for descriptor in opened { close(descriptor) } }
        // Far from the others.
        let far = fcntl(opened[0], F_DUPFD, Int32(min(OpenFileLimit.current ?? 1024, 4096)) - 1)
        defer { close(far) }
        #expect(far > 300)
        #expect(rollout_close_listed_on_exec() == 0)
        #expect((opened + [far]).allSatisfy { fcntl($0, F_GETFD) == FD_CLOEXEC })
        #expect(fcntl(2, F_GETFD) == 0)
    }

    private func contents(of descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
    }

    @Test func signalHandlingIsTheDefaultWhateverThisProcessHas() async throws {
        signal(SIGUSR2, SIG_IGN)
        defer { signal(SIGUSR2, SIG_DFL) }
        let result = try await shell.run("grep -E '^Sig(Blk|Ign)' /proc/self/status")
        #expect(result.output.map { $0.split(separator: "\t").last } == ["0000000000000000", "0000000000000000"])
    }

    @Test func pipesCarryDataBothWays() async throws {
        let process = try shell.start("exec cat") {
            $0.standardInput = .pipe
            $0.standardOutput = .pipe
        }
        let input = try #require(process.standardInput)
        let output = try #require(process.standardOutput)
        #expect(write(input, "hello", 5) == 5)
        close(input)
        #expect(contents(of: output) == "hello")
        #expect(contents(of: output) == "")
        close(output)
        #expect(await process.waitForExit().status == .exited(0))
    }

    @Test func exitReachesEveryoneWhoWaitsWithWhatWasUsed() async throws {
        let process = try shell.start("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done")
        let exits = await withTaskGroup(of: ProcessExit.self) { group in
            for _ in 0..<10 { group.addTask { await process.waitForExit() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(exits.count == 10 && Set(exits).count == 1)
        #expect(exits[0].status == .exited(0))
        #expect(exits[0].usage.userTime + exits[0].usage.systemTime > .zero)
        #expect(exits[0].usage.maximumResidentBytes > 100_000)
        #expect(!process.exit.fulfill(ProcessExit(status: .exited(1))))
    }

    @Test func childNeverBlocksOnOutputThatNobodyTakes() async throws {
        let process = try shell.start("yes 'a line of output that is written again and again' | head -n 200000; echo done")
        #expect(await process.waitForExit().status == .exited(0))
        var lines: [OutputLine] = []
        for await line in process.output.lines { lines.append(line) }
        #expect(lines.last?.text == "done")
        #expect(process.output.droppedLines > 0)
        #expect(lines.count + process.output.droppedLines == 200_001)
    }

    @Test func manyAtOnceEachGetTheirOwnOutput() async throws {
        try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<40 {
                group.addTask { try await shell.run("echo \(number)").output }
            }
            var seen: Set<String> = []
            for try await output in group { seen.formUnion(output) }
            #expect(seen.count == 40)
        }
    }
}
