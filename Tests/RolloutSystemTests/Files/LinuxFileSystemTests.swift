import Glibc
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// What only the real file system can show.
@Suite struct LinuxFileSystemTests {
    private let files = LinuxFileSystem()

    @Test func openingAFIFOFailsInsteadOfWaitingForItsOtherEnd() async throws {
        try await withTemporaryDirectory { directory in
            let fifo = directory.appending("fifo")
            #expect(mkfifo(fifo.string, 0o600) == 0)
            let status = try files.status(fifo, for: .blobRead)
            #expect(status?.kind == .other)
            #expect(refusal { try files.openForReading(fifo, for: .blobRead) } == .notRegular)
            #expect(refusal { try files.openForUpdating(fifo, mode: 0o600, for: .beaconWrite) } == .notRegular)
            #expect(refusal { try files.openForReading("/dev/null", for: .blobRead) } == .notRegular)
        }
    }

    @Test func filesThatAnnounceNoSizeAreReadWhole() throws {
        let status = try files.text("/proc/self/status")
        #expect(status.hasPrefix("Name:") && status.hasSuffix("\n"))
        // Ends after the first read, whatever that asked for.
        #expect(try files.text("/proc/sys/kernel/ostype") == "Linux\n")
    }

    @Test func nameThatIsNotTextIsListedButNotMistakenForAnother() async throws {
        try await withTemporaryDirectory { directory in
            let name = directory.string.utf8.map { CChar(bitPattern: $0) } + [0x2F, CChar(bitPattern: 0xFF), 0]
            let descriptor = open(name, O_CREAT | O_WRONLY, 0o600)
            #expect(descriptor >= 0)
            close(descriptor)
            let names = try files.names(directory)
            #expect(names == ["\u{FFFD}"])
            #expect(refusal { try files.openForReading(directory.appending("\u{FFFD}"), for: .userRead) } == .notFound)
            unlink(name)
        }
    }

    @Test func descriptorsAreClosedOnExecAndOnRefusal() async throws {
        try await withTemporaryDirectory { directory in
            try files.make(directory.appending("file"))
            let file = try files.openForReading(directory.appending("file"), for: .userRead)
            defer { files.close(file) }
            #expect(fcntl(file.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test func linkInTheLastPlaceNeverHasItsModeChanged() async throws {
        try await withTemporaryDirectory { directory in
            try files.make(directory.appending("file"), mode: 0o600)
            try files.createSymbolicLink(at: directory.appending("link"), to: "file", for: .userWrite)
            #expect(refusal { try files.setMode(directory.appending("link"), 0o777, for: .userWrite) } != nil)
            #expect(try files.status(directory.appending("file"), for: .userRead)?.mode == 0o600)
        }
    }

    @Test func everyErrnoIsAccepted() {
        let expected: [(Int32, FileError.Code)] = [
            (ENOENT, .notFound), (EEXIST, .exists), (ELOOP, .notRegular), (ENOTDIR, .notDirectory), (ENOTEMPTY, .notEmpty),
            (EACCES, .permissionDenied), (EPERM, .permissionDenied), (EROFS, .readOnly), (ENOSPC, .noSpace), (EDQUOT, .noSpace),
            (EMFILE, .tooManyOpenFiles), (ESTALE, .stale), (ETIMEDOUT, .timedOut), (EXDEV, .crossDevice), (EIO, .other),
            // What calls blocked on a dead server have returned: no errno that a program should ever see.
            (512, .other), (-7, .other),
        ]
        for (number, code) in expected { #expect(FileError.Code(errno: number) == code) }
    }

    @Test func errorSaysWhatCouldNotBeDoneAndWhy() {
        func text(_ number: Int32, _ operation: FileOperation) -> String {
            FileError(errno: number, operation: operation, path: "/volume/head", purpose: .beaconRead).description
        }
        #expect(text(ENOENT, .open) == "Could not open /volume/head: no such file or directory.")
        #expect(text(EIO, .sync) == "Could not save /volume/head: Input/output error (5).")
        #expect(text(512, .status) == "Could not look at /volume/head: Unknown error 512 (512).")
        #expect(text(EINVAL, .readSymbolicLink).hasPrefix("Could not read the link /volume/head: "))
    }
}
