import HTTPCalls
import RolloutCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The metadata endpoint of an ECS task, version 4: `$ECS_CONTAINER_METADATA_URI_V4`.
struct TaskMetadata: Sendable {
    private struct Task: Decodable {
        var Cluster: String?
        var TaskARN: String?
        var Family: String?
        var Revision: String?
        var AvailabilityZone: String?
        var LaunchType: String?
        var ServiceName: String?
    }

    private let address: String?

    init(_ environment: [String: String]) { self.address = environment["ECS_CONTAINER_METADATA_URI_V4"] }

    func account(within limit: Duration) async throws(NoAccount) -> HostAccount {
        guard let address, !address.isEmpty else { throw .absent("ECS_CONTAINER_METADATA_URI_V4 is not set") }
        do throws(NoAccount) {
            let task = try await task(address, within: limit)
            guard let arn = task.TaskARN, let number = arn.split(separator: "/").last, number.utf8.count >= 8,
                let id = HostID("task-" + HostName.readable(String(number), limit: 40))
            else { throw .unusable("its answer names no task") }
            return HostAccount(id: id, labels: labels(task, arn), detail: "task \(number)")
        } catch {
            // The path names this container and no other, whatever the endpoint answers: still an ECS task.
            let id = HostID(unchecked: "container-" + HostName.hashed(Array(address.utf8)))
            return HostAccount(id: id, labels: [:], detail: "the endpoint's own address", complaint: error.reason)
        }
    }

    private func task(_ address: String, within limit: Duration) async throws(NoAccount) -> Task {
        guard let service = HTTPService(address) else {
            throw .unusable("ECS_CONTAINER_METADATA_URI_V4 is '\(address.prefix(200))', which is no http:// address")
        }
        var call = HTTPCall("GET", "/task")
        call.excess = .refused
        let answer: HTTPAnswer
        do throws(HTTPFailure) { answer = try await call.send(to: service, within: limit) } catch {
            throw .unusable("\(service)/task: \(error.reason)")
        }
        guard answer.status == 200 else { throw .unusable("\(service)/task answered \(answer.status)") }
        guard let task = try? JSONDecoder().decode(Task.self, from: Data(answer.body)) else {
            throw .unusable("\(service)/task did not answer with a task's JSON")
        }
        return task
    }

    private func labels(_ task: Task, _ arn: String) -> [String: String] {
        // arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        let cluster = task.Cluster.flatMap { $0.split(separator: "/").last.map(String.init) }
        let family = task.Family.map { family in task.Revision.map { "\(family):\($0)" } ?? family }
        return [
            "task": arn.split(separator: "/").last.map(String.init) ?? "", "cluster": cluster ?? "", "family": family ?? "",
            "zone": task.AvailabilityZone ?? "", "region": parts.count > 3 ? String(parts[3]) : "",
            "service": task.ServiceName ?? "", "launch-type": task.LaunchType ?? "",
        ]
    }
}
