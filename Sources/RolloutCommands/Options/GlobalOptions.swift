import ArgumentParser

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Flag(name: .long, help: "Write JSON instead of text; errors too.")
    var json = false
}
