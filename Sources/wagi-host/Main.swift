import Glibc
import RolloutSystem
import Runtimes

@main
struct Main {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        exit(await WagiServer.run(arguments, launcher: LinuxProcessLauncher(), inherited: HostEnvironment.current))
    }
}
