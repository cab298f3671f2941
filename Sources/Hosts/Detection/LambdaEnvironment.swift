import RolloutCore

/// A Lambda function's environment: all it says is in variables, so that nothing delays a cold start.
struct LambdaEnvironment: Sendable {
    private let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    func account() throws(NoAccount) -> HostAccount {
        guard let api = environment["AWS_LAMBDA_RUNTIME_API"], !api.isEmpty else {
            throw .absent("AWS_LAMBDA_RUNTIME_API is not set")
        }
        let function = environment["AWS_LAMBDA_FUNCTION_NAME"] ?? ""
        let version = environment["AWS_LAMBDA_FUNCTION_VERSION"] ?? ""
        // One for each environment of the function; other environments of the version share the rest.
        let stream = environment["AWS_LAMBDA_LOG_STREAM_NAME"] ?? ""
        var complaint: String?
        if function.isEmpty || stream.isEmpty {
            complaint =
                "AWS_LAMBDA_FUNCTION_NAME or AWS_LAMBDA_LOG_STREAM_NAME is not set, so its environments cannot be told apart"
        }
        let words = [HostName.readable(function, limit: 32), HostName.readable(version, limit: 12)].filter { !$0.isEmpty }
        let seed = [function, version, stream].joined(separator: "\n")
        let name = (words + [HostName.hashed(Array(seed.utf8))]).joined(separator: "-")
        return HostAccount(
            id: HostID(unchecked: name),
            labels: [
                "function": function, "version": version, "region": environment["AWS_REGION"] ?? "",
                "memory": environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] ?? "",
            ], detail: "function \(function), version \(version)", complaint: complaint)
    }
}
