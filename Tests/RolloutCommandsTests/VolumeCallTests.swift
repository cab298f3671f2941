import Dispatch
import Glibc
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutCommands

/// A volume whose server is gone holds no command for ever.
@Suite struct VolumeCallTests {
    @Test func aCallThatDoesNotComeBackIsGivenUpWithWhatToDo() async throws {
        let call = VolumeCall(path: "/mnt/app", deadline: .milliseconds(50))
        let failure = await self.failure(of: .read, "/mnt/app/apps/shop/head", .beaconRead, by: call)
        #expect(failure?.status == .unavailable)
        #expect(
            failure?.message.hasPrefix(
                "Could not use the volume /mnt/app: it did not answer within 50ms when asked to read /mnt/app/apps/shop/head. Check"
            )
                == true)
        // Not everything that hangs is the volume.
        let other = await self.failure(of: .open, "/home/me/app.wasm", .userRead, by: call)
        #expect(other?.message.hasPrefix("Could not open /home/me/app.wasm: it did not answer within 50ms. Check") == true)
    }

    @Test func workMayTakeLongerThanEachOfItsCalls() async throws {
        let call = VolumeCall(path: "/mnt/app", deadline: .seconds(2))
        let count = try await call.run {
            (0..<5).map { _ in CallWatching().around(.write, "/mnt/app/tmp/x", .blobWrite) { usleep(500_000) } }.count
        }
        #expect(count == 5)
    }

    private func failure(
        of operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose, by call: VolumeCall
    ) async -> CommandFailure? {
        // Of this call alone: a signal for a call that was given up could be taken by the next one.
        let server = DispatchSemaphore(value: 0)
        defer { server.signal() }
        return await #expect(throws: CommandFailure.self) {
            try await call.run { CallWatching().around(operation, path, purpose) { server.wait() } }
        }
    }

    @Test func whatACallFindsOrThrowsComesBack() async throws {
        let call = VolumeCall(path: "/mnt/app", deadline: .seconds(20))
        #expect(try await call.run { 7 } == 7)
        let wrong = CommandFailure(.badData, "Could not do it: no. Try.")
        await #expect(throws: wrong) { try await call.run { throw wrong } }
    }
}
