import SystemPackage

/// What /proc says about this process's inotify descriptors.
enum InotifyDescriptor {
    private static let files = LinuxFileSystem()

    static var open: [Int32] {
        let names = (try? files.list("/proc/self/fd", limit: .max, for: .localEvents)) ?? []
        return names.compactMap { Int32($0) }.filter { descriptor in
            let path = FilePath("/proc/self/fd/\(descriptor)")
            return (try? files.readSymbolicLink(path, for: .localEvents).string) == "anon_inode:inotify"
        }
    }

    /// The numbers of all that is watched through a descriptor: lines such as `inotify wd:1f ino:2a sdev:3 …` (proc(5)).
    static func watchNumbers(of descriptor: Int32) -> [Int32] {
        let path = FilePath("/proc/self/fdinfo/\(descriptor)")
        let bytes = (try? files.readAll(path, limit: 64 << 20, for: .localEvents)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[0] == "inotify", fields[1].hasPrefix("wd:") else { return nil }
            return Int32(fields[1].dropFirst(3), radix: 16)
        }
    }
}
