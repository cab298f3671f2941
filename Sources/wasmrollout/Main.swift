import RolloutCommands

@main
struct Main {
    static func main() async { await Wasmrollout.start() }
}
