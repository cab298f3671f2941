import ReleaseStore
import RolloutAgent
import RolloutSystem
import SystemPackage

/// Reads an agent's configuration from a file.
enum ConfigurationFile {
    private static let byteLimit = 1 << 20

    /// Throws what is wrong with it, or why it cannot be read; either way the exit code is that of a wrong configuration.
    static func load(_ path: String) throws -> AgentConfiguration {
        let path = CommandHost.absolute(path)
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try CommandHost.files.readAll(path, limit: byteLimit, for: .userRead)
        } catch {
            throw CommandFailure(
                .configuration, "Could not read the configuration \(path): \(error.reason). Check the path and who may read it."
            )
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.configuration, "Could not read the configuration \(path): it is not text. Name a TOML file.")
        }
        do throws(ConfigurationError) {
            return try AgentConfiguration(parsing: text)
        } catch {
            let problems = error.problems.joined(separator: " ")
            throw CommandFailure(
                .configuration,
                "Could not use the configuration \(path): \(problems) Mend it and try `wasmrollout config check`.")
        }
    }
}
