import Dispatch
import RolloutCore
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutCommands

/// A volume whose server is gone holds no command for ever.
@Suite struct VolumeCallTests {
    @Test func aCallThatDoesNotComeBackIsGivenUpWithWhatToDo() async throws {
        let server = DispatchSemaphore(value: 0)
        defer { server.signal() }
        let call = VolumeCall(path: "/mnt/app", deadline: .milliseconds(50))
        let failure = await #expect(throws: CommandFailure.self) { try await call.run { server.wait() } }
        #expect(failure?.status == .unavailable)
        #expect(failure?.message.hasPrefix("Could not use the volume /mnt/app: it did not answer within 50ms. Check") == true)
    }

    @Test func whatACallFindsOrThrowsComesBack() async throws {
        let call = VolumeCall(path: "/mnt/app", deadline: .seconds(20))
        #expect(try await call.run { 7 } == 7)
        let wrong = CommandFailure(.badData, "Could not do it: no. Try.")
        await #expect(throws: wrong) { try await call.run { throw wrong } }
    }
}
