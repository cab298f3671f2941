import SystemPackage

/// Judges how a volume is mounted. The rules are those that NFS clients and EFS were found to need.
enum MountCheck {
    static func run(_ path: FilePath, mounts: MountTable) -> [HealthCheck] {
        guard let mount = mounts.mount(of: path) else {
            return [.warning("mount", "it cannot be told what \(path) is mounted from", "Look at /proc/self/mountinfo.")]
        }
        let access = mount.options.contains("ro") ? ", read-only" : ""
        let what = "\(mount.point) is \(mount.type) from \(mount.source)\(access)"
        guard mount.isNFS else {
            return [.ok("mount", "\(what); only hosts on this machine can share it")]
        }
        let findings = defects(of: mount)
        return findings.isEmpty ? [.ok("mount", "\(what), version \(mount.option("vers") ?? "unknown")")] : findings
    }

    private static func defects(of mount: MountTable.Mount) -> [HealthCheck] {
        var findings: [HealthCheck] = []
        let version = mount.option("vers") ?? ""
        if !version.hasPrefix("4.1"), !version.hasPrefix("4.2") {
            findings.append(
                .warning(
                    "mount", "NFS version \(version.isEmpty ? "unknown" : version)",
                    "Mount with nfsvers=4.1, as EFS recommends."))
        }
        if mount.options.contains("soft") || mount.options.contains("softerr") {
            findings.append(
                .problem(
                    "mount", "it is a soft mount: a slow server makes writes fail half-way",
                    "Mount with hard,timeo=600,retrans=2."))
        }
        if mount.options.contains("noac") {
            findings.append(
                .warning(
                    "mount", "noac makes every look ask the server several times",
                    "Mount without noac; the agent asks when it must."))
        }
        let isEFS = mount.source.contains(".efs.") || mount.source.hasPrefix("fs-")
        if isEFS, !mount.options.contains("noresvport") {
            findings.append(
                .warning(
                    "mount", "EFS without noresvport can hang after a network fault", "Mount with noresvport, or with type efs."
                ))
        }
        return findings
    }
}
