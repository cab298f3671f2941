import HTTPCalls
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Hosts

@Suite struct HostDetectionTests {
    @Test func aMachineThatNobodyKnowsIsAnInstanceNamedByItself() async {
        let detector = HostDetector(environment: ["AWS_EC2_METADATA_DISABLED": "true"], files: LinuxFileSystem())
        let detection = await detector.detect(nil)
        #expect(detection.profile.kind == .instance)
        #expect(detection.profile.source == .machine)
        #expect(detection.findings.map(\.source) == [.lambda, .ecs, .ec2, .machine])
    }
}
