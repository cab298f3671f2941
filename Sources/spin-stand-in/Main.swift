import Glibc
import SystemPackage

/// Behaves as the Spin CLI does, as far as a supervisor can tell, where no Spin is installed. What it "runs" is decided by the
/// bytes of the artifact: see `Behavior`. For tests only.
@main
struct Main {
    static func main() async {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "--version", "-V":
            say("spin \(environment("STAND_IN_VERSION") ?? "4.0.2") (stand-in 2026-06-23)")
        case "up":
            SpinUp.run(Array(arguments.dropFirst(2)))
        case "trigger" where arguments.count > 2 && arguments[2] == "http":
            await SpinTrigger.run(Array(arguments.dropFirst(3)))
        default:
            fail("error: unrecognized subcommand '\(arguments.dropFirst().first ?? "")'", code: 2)
        }
    }
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// Lines on standard output, in one write.
func say(_ lines: String) { _ = try? FileDescriptor.standardOutput.writeAll((lines + "\n").utf8) }

func printError(_ lines: String) { _ = try? FileDescriptor.standardError.writeAll((lines + "\n").utf8) }

func fail(_ line: String, code: Int32 = 1) -> Never {
    printError(line)
    exit(code)
}
