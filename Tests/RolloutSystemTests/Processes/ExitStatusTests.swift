import RolloutSystem
import Testing

@Suite struct ExitStatusTests {
    @Test(
        arguments: [
            (.exited(1), "exited with code 1"), (.exited(128), "exited with code 128"),
            (.exited(255), "exited with code 255"),
            (.exited(137), "was ended by SIGKILL (exit code 137), as happens when memory runs out"),
            (.signaled(9), "was ended by SIGKILL, as happens when memory runs out"),
            (.exited(143), "was ended by SIGTERM (exit code 143)"), (.signaled(11), "was ended by signal 11"),
        ] as [(RolloutSystem.ExitStatus, String)]) func namesTheSignalAlsoWhereAParentReportsIt(
            status: RolloutSystem.ExitStatus, words: String
        )
    {
        #expect(status.explanation == words)
    }
}
