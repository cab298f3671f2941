import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Hosts

@Suite struct HostDetectionTests {
    private func detect(_ environment: [String: String], kind: HostKind? = nil) async -> HostDetection {
        await HostDetector(environment: environment, files: LinuxFileSystem()).detect(kind)
    }

    private static let lambda = [
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "AWS_LAMBDA_FUNCTION_NAME": "Shop_API",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/21/[$LATEST]0a1b",
        "AWS_REGION": "eu-west-1",
    ]

    @Test func aMachineThatNobodyKnowsIsAnInstanceNamedByItself() async {
        let first = await detect(["AWS_EC2_METADATA_DISABLED": "true"])
        #expect(first.profile.kind == .instance)
        #expect(first.profile.source == .machine)
        #expect(first.findings.map(\.source) == [.lambda, .ecs, .ec2, .machine])
        #expect(first.findings.dropLast().allSatisfy { $0.outcome == .absent })
        let second = await detect(["AWS_EC2_METADATA_DISABLED": "true"])
        #expect(second == first)
    }

    @Test func aFunctionIsNamedByItsEnvironmentAlone() async {
        let profile = await detect(Self.lambda).profile
        #expect(profile.kind == .function)
        #expect(profile.cadence == .perInvocation)
        #expect(profile.defaultStore == "/tmp/wasmrollout")
        #expect(profile.id.description.hasPrefix("shop_api-latest-"))
        #expect(profile.labels["region"] == "eu-west-1")
        var other = Self.lambda
        other["AWS_LAMBDA_LOG_STREAM_NAME"] = "2026/11/21/[$LATEST]ffff"
        #expect(await detect(other).profile.id != profile.id)
        #expect(await detect(Self.lambda).profile.id == profile.id)
    }

    @Test func aFunctionWithALongNameStillHasAName() async {
        var environment = Self.lambda
        environment["AWS_LAMBDA_FUNCTION_NAME"] = String(repeating: "A-very_long", count: 20)
        environment["AWS_LAMBDA_FUNCTION_VERSION"] = String(repeating: "9", count: 200)
        #expect(HostID(await detect(environment).profile.id.description) != nil)
    }

    @Test func aTaskIsNamedByItsMetadata() async {
        let server = MetadataServer.task()
        defer { server.stop() }
        let detection = await detect(["ECS_CONTAINER_METADATA_URI_V4": server.endpoint + "/v4/abc"])
        #expect(detection.profile.kind == .container)
        #expect(detection.profile.id == "task-0f9de17a6465404e8b1b2356dc13c2f8")
        #expect(
            detection.profile.labels == [
                "task": "0f9de17a6465404e8b1b2356dc13c2f8", "cluster": "shop", "family": "shop:7", "zone": "eu-west-1b",
                "region": "eu-west-1", "service": "web", "launch-type": "FARGATE",
            ])
    }

    @Test func anInstanceIsNamedByItsMetadataWithASessionToken() async {
        let server = MetadataServer.instance()
        defer { server.stop() }
        let profile = await detect(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint]).profile
        #expect(profile.kind == .instance)
        #expect(profile.id == "i-0123456789abcdef0")
        #expect(profile.labels["zone"] == "eu-west-1b")
        #expect(profile.labels["zone-id"] == "euw1-az2")
        #expect(server.requests.first?["x-aws-ec2-metadata-token-ttl-seconds"] == "21600")
        #expect(server.requests.dropFirst().allSatisfy { $0["x-aws-ec2-metadata-token"] == "token-1" })
    }

    static let faults: [MetadataServer.Fault] = [
        .silence, .status(401), .status(403), .status(404), .status(500), .page("<html>It works!</html>"), .page(""),
        .page("{\"TaskARN\": 7"), .page("{}"), .flood, .noise, .hangUp,
    ]

    @Test(arguments: Self.faults.indices) func anInstanceServiceThatMisbehavesCostsItsBudgetAndIsNamed(_ index: Int) async {
        let server = MetadataServer.instance(fault: Self.faults[index])
        defer { server.stop() }
        let detection = await detect(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint])
        #expect(detection.profile.source == .machine)
        #expect(detection.profile.kind == .instance)
        let finding = detection.findings.first { $0.source == .ec2 }
        #expect(finding?.outcome == .unusable)
        #expect(finding?.detail.contains(server.endpoint) == true)
    }

    @Test(arguments: Self.faults.indices) func aTaskEndpointThatMisbehavesLeavesAContainerNamedByItsAddress(_ index: Int) async
    {
        let server = MetadataServer.task(fault: Self.faults[index])
        defer { server.stop() }
        let environment = ["ECS_CONTAINER_METADATA_URI_V4": server.endpoint + "/v4/abc"]
        let detection = await detect(environment)
        #expect(detection.profile.kind == .container)
        #expect(detection.profile.id.description.hasPrefix("container-"))
        #expect(detection.findings.contains { $0.source == .ecs && $0.outcome == .unusable })
        #expect(await detect(environment).profile.id == detection.profile.id)
    }

    @Test(arguments: [
        "../../etc/passwd", "i-0123456789abcdef0\r\nx: y", "i-", "i-xyz", "I-0123456789ABCDEF0",
        String(repeating: "i", count: 3000),
    ])
    func anInstanceIdThatIsNoneIsNotTaken(id: String) async {
        let server = MetadataServer.instance()
        defer { server.stop() }
        server.set("GET /latest/meta-data/instance-id", to: id)
        let detection = await detect(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint])
        #expect(detection.profile.source == .machine)
    }

    @Test func labelsThatCannotBeShownAreLeftOut() async {
        let server = MetadataServer.instance()
        defer { server.stop() }
        server.set("GET /latest/meta-data/placement/availability-zone", to: "a\u{1b}[31m")
        server.set("GET /latest/meta-data/placement/region", to: String(repeating: "r", count: 500))
        let profile = await detect(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint]).profile
        #expect(profile.id == "i-0123456789abcdef0")
        #expect(profile.labels["zone"] == nil)
        #expect(profile.labels["region"] == nil)
    }

    @Test func aKindThatIsSetAsksOnlyItsOwnSource() async {
        let detection = await detect(Self.lambda, kind: .container)
        #expect(detection.profile.kind == .container)
        #expect(detection.findings.map(\.source) == [.ecs, .machine])
    }

    @Test(arguments: ["ftp://x", "https://169.254.169.254", "http://", "http://user@host", "http://host:99999", "http://ho st"])
    func anEndpointThatIsNoAddressIsNamed(endpoint: String) async {
        let detection = await detect(["AWS_EC2_METADATA_SERVICE_ENDPOINT": endpoint])
        #expect(detection.profile.source == .machine)
        #expect(detection.findings.contains { $0.source == .ec2 && $0.detail.contains("no http:// address") })
    }
}
