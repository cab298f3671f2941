import HTTPCalls
import RolloutCore
import RolloutSystem
import SystemPackage

/// The metadata service of an EC2 instance, version 2 (a session token first).
///
/// On instances of the Nitro generation the firmware's asset tag is the instance id, too. It needs no network, so the identity stays
/// the same when the service is late, off, or out of hops.
struct InstanceMetadata: Sendable {
    private let environment: [String: String]
    private let files: any FileSystem

    private static let vendor: FilePath = "/sys/class/dmi/id/sys_vendor"
    private static let assetTag: FilePath = "/sys/class/dmi/id/board_asset_tag"

    init(_ environment: [String: String], _ files: any FileSystem) {
        self.environment = environment
        self.files = files
    }

    func account(within limit: Duration) async throws(NoAccount) -> HostAccount {
        let service = try service()
        let firmware = firmwareID
        do throws(NoAccount) {
            return try await account(service, within: limit)
        } catch {
            // Nobody said that this is an EC2 instance, so nothing is wrong when nobody answers.
            guard let firmware else { throw isExpected ? error : NoAccount.absent(error.reason) }
            return HostAccount(
                id: firmware, labels: ["instance": "\(firmware)"], detail: "the firmware's asset tag",
                complaint: error.reason)
        }
    }

    /// Where to ask; throws where there is no point in asking.
    func service() throws(NoAccount) -> HTTPService {
        if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" {
            throw .absent("AWS_EC2_METADATA_DISABLED is set")
        }
        if let text = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"], !text.isEmpty {
            guard let service = HTTPService(text) else {
                throw .unusable("AWS_EC2_METADATA_SERVICE_ENDPOINT is '\(text.prefix(200))', which is no http:// address")
            }
            return service
        }
        // A machine that says it is somebody else's is not asked: where nothing answers, asking takes the whole budget.
        if let vendor = line(Self.vendor), vendor != "Amazon EC2", vendor != "Xen" {
            throw .absent("the firmware names another vendor, '\(vendor.prefix(60))'")
        }
        let isIPv6 = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
        return HTTPService(host: isIPv6 ? "fd00:ec2::254" : "169.254.169.254", port: 80)
    }

    private func account(_ service: HTTPService, within limit: Duration) async throws(NoAccount) -> HostAccount {
        let deadline = ContinuousClock.now + limit
        let session = try await MetadataSession.begin(service, until: deadline)
        guard let text = try await session.value("instance-id", until: deadline), let id = Self.instanceID(text) else {
            throw .unusable("\(service) gave no usable instance id")
        }
        var labels = ["instance": "\(id)"]
        var complaint: String?
        let paths = [
            ("zone", "placement/availability-zone"), ("zone-id", "placement/availability-zone-id"),
            ("region", "placement/region"), ("instance-type", "instance-type"),
        ]
        for (label, path) in paths {
            do throws(NoAccount) { labels[label] = try await session.value(path, until: deadline) } catch {
                // Who it is stands; where it is can wait.
                complaint = error.reason
                break
            }
        }
        return HostAccount(id: id, labels: labels, detail: "instance \(id)", complaint: complaint)
    }

    /// Whether something says that the service is there.
    private var isExpected: Bool {
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"]?.isEmpty == false || line(Self.vendor) == "Amazon EC2"
    }

    private var firmwareID: HostID? {
        guard line(Self.vendor) == "Amazon EC2" else { return nil }
        return line(Self.assetTag).flatMap(Self.instanceID)
    }

    /// `i-` and hexadecimal digits; anything else is not taken for one.
    private static func instanceID(_ text: String) -> HostID? {
        let digits = text.utf8.dropFirst(2)
        guard text.hasPrefix("i-"), (8...32).contains(digits.count),
            digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        return HostID(text)
    }

    private func line(_ path: FilePath) -> String? {
        guard let bytes = try? files.readAll(path, limit: 4096, for: .userRead) else { return nil }
        let text = String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }
}
