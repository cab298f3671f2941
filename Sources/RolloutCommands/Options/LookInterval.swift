import ArgumentParser

/// How often a command that goes on looks at the volume.
struct LookInterval: ParsableArguments {
    @Option(name: .long, help: "When it goes on: between two looks.")
    var every = DurationArgument(.seconds(1))

    var duration: Duration { every.duration }

    func validate() throws {
        if duration < .milliseconds(50) { throw ValidationError("--every must be at least 50ms.") }
    }
}
