import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Hosts

/// What the firmware of a machine says of it, where the metadata service does not.
@Suite struct FirmwareIdentityTests {
    private func files(vendor: String?, tag: String?) throws -> SimulatedFileSystem {
        let files = SimulatedFileSystem()
        try files.createDirectories("/sys/class/dmi/id", mode: 0o755, for: .userWrite)
        for (name, text) in [("sys_vendor", vendor), ("board_asset_tag", tag)] {
            guard let text else { continue }
            let file = try files.createFile(FilePath("/sys/class/dmi/id/\(name)"), mode: 0o444, for: .userWrite)
            try files.writeAll(file, Array(text.utf8), for: .userWrite)
            files.close(file)
        }
        return files
    }

    private func detect(vendor: String?, tag: String?, _ server: MetadataServer) async throws -> HostDetection {
        await HostDetector(
            environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint], files: try files(vendor: vendor, tag: tag)
        ).detect(nil)
    }

    @Test(arguments: [MetadataServer.Fault.silence, .status(403), .page("<html>"), .hangUp])
    func anInstanceKnowsItselfWhenTheServiceDoesNotAnswer(_ fault: MetadataServer.Fault) async throws {
        let server = MetadataServer.instance(fault: fault)
        defer { server.stop() }
        let detection = try await detect(vendor: "Amazon EC2\n", tag: "i-0fedcba9876543210\n", server)
        #expect(detection.profile.id == "i-0fedcba9876543210")
        #expect(detection.profile.source == .ec2)
        #expect(detection.profile.labels == ["instance": "i-0fedcba9876543210"])
        #expect(detection.findings.contains { $0.source == .ec2 && $0.outcome == .unusable })
        #expect(detection.findings.last?.detail == "the firmware's asset tag")
    }

    @Test func theServiceGoesFirst() async throws {
        let server = MetadataServer.instance()
        defer { server.stop() }
        let detection = try await detect(vendor: "Amazon EC2", tag: "i-0fedcba9876543210", server)
        #expect(detection.profile.id == "i-0123456789abcdef0")
        #expect(detection.profile.labels["zone"] == "eu-west-1b")
    }

    @Test(arguments: [
        (vendor: "QEMU", tag: "i-0fedcba9876543210"), ("Amazon EC2", "Default string"), ("Amazon EC2", nil), (nil, nil),
        ("Amazon EC2", "i-0fedcba9876543210; rm -rf /"), (nil, "i-0fedcba9876543210"),
    ])
    func anythingElseIsNoInstanceId(vendor: String?, tag: String?) async throws {
        let server = MetadataServer.instance(fault: .hangUp)
        defer { server.stop() }
        #expect(try await detect(vendor: vendor, tag: tag, server).profile.source == .machine)
    }

    @Test func aMachineOfAnotherMakerIsNotAskedForMetadata() async throws {
        let detection = await HostDetector(environment: [:], files: try files(vendor: "Dell Inc.", tag: nil)).detect(nil)
        #expect(detection.findings.contains { $0.source == .ec2 && $0.outcome == .absent && $0.detail.contains("Dell Inc.") })
        #expect(detection.profile.kind == .instance)
    }
}
