import ArgumentParser
import ReleaseStore
import RolloutCore

/// What a command takes that steers what was released before.
struct OperationOptions: ParsableArguments {
    @Option(name: .long, help: "The app; needed when the volume has several.")
    var app: AppName?

    @OptionGroup var record: RecordOptions

    /// Opens the volume, reads the log, and runs `body`; gives up when the volume does not answer.
    func run<Value: Sendable>(_ body: @escaping @Sendable (Operation) throws -> Value) async throws -> Value {
        try await record.volume.call { try body(open()) }
    }

    private func open() throws -> Operation {
        let volume = try record.volume.open()
        let app = try volume.onlyApp(app)
        return try Operation(volume, app, publisher: try record.publisher(of: app), message: record.message)
    }
}
