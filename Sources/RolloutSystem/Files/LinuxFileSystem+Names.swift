import CRolloutSystem
import Glibc
import SystemPackage

extension LinuxFileSystem {
    package func status(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FileStatus? {
        var found = rollout_status()
        do throws(FileError) {
            try Self.retrying(.status, path, purpose) {
                path.withPlatformString { rollout_status(AT_FDCWD, $0, false, &found) }
            }
        } catch let error where error.code == .notFound {
            return nil
        }
        return FileStatus(found)
    }

    package func createDirectory(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        try Self.retrying(.createDirectory, path, purpose) { path.withPlatformString { mkdir($0, mode_t(mode)) } }
    }

    package func removeDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try Self.retrying(.removeDirectory, path, purpose) { path.withPlatformString { rmdir($0) } }
    }

    package func syncDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        let descriptor = try openDirectory(path, .syncDirectory, purpose)
        defer { _ = Glibc.close(descriptor) }
        try Self.retrying(.syncDirectory, path, purpose) { fsync(descriptor) }
    }

    package func revalidateDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        _ = Glibc.close(try openDirectory(path, .revalidate, purpose))
    }

    package func list(_ path: FilePath, limit: Int, for purpose: FilePurpose) throws(FileError) -> [String] {
        let descriptor = try openDirectory(path, .list, purpose)
        guard let stream = fdopendir(descriptor) else {
            let number = errno
            _ = Glibc.close(descriptor)
            throw FileError(errno: number, operation: .list, path: path, purpose: purpose)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw FileError(errno: errno, operation: .list, path: path, purpose: purpose) }
                return names
            }
            let name = entry.name
            // `.nfs…` is what an NFS client calls a file that was removed while it held it open.
            if name == "." || name == ".." || name.hasPrefix(".nfs") { continue }
            guard names.count < limit else {
                throw FileError(code: .tooMany, operation: .list, path: path, purpose: purpose)
            }
            names.append(name)
        }
    }

    private func openDirectory(
        _ path: FilePath, _ operation: FileOperation, _ purpose: FilePurpose
    ) throws(FileError) -> Int32 {
        try Self.retrying(operation, path, purpose) {
            path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        }
    }

    package func rename(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        try Self.retrying(.rename, target, purpose) {
            source.withPlatformString { from in target.withPlatformString { Glibc.rename(from, $0) } }
        }
    }

    package func link(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        try Self.retrying(.link, target, purpose) {
            source.withPlatformString { from in target.withPlatformString { Glibc.link(from, $0) } }
        }
    }

    package func unlink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try Self.retrying(.unlink, path, purpose) { path.withPlatformString { Glibc.unlink($0) } }
    }

    package func createSymbolicLink(
        at path: FilePath, to target: FilePath, for purpose: FilePurpose
    ) throws(FileError) {
        try Self.retrying(.createSymbolicLink, path, purpose) {
            target.withPlatformString { to in path.withPlatformString { symlink(to, $0) } }
        }
    }

    package func readSymbolicLink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FilePath {
        do throws(FileError) {
            var target = [CChar](repeating: 0, count: Int(PATH_MAX))
            let length = try Self.retrying(.readSymbolicLink, path, purpose) {
                path.withPlatformString { readlink($0, &target, target.count - 1) }
            }
            return FilePath(String(decoding: target[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self))
        } catch let error where error.errno == EINVAL {
            throw FileError(
                code: .notRegular, errno: EINVAL, operation: .readSymbolicLink, path: path, purpose: purpose)
        }
    }

    package func setMode(_ path: FilePath, _ mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        try Self.retrying(.setMode, path, purpose) {
            path.withPlatformString { fchmodat(AT_FDCWD, $0, mode_t(mode), AT_SYMLINK_NOFOLLOW) }
        }
    }

    package func freeBytes(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> UInt64 {
        var found = statvfs()
        try Self.retrying(.freeBytes, path, purpose) { path.withPlatformString { statvfs($0, &found) } }
        let (bytes, overflow) = UInt64(found.f_bavail).multipliedReportingOverflow(by: UInt64(found.f_frsize))
        return overflow ? .max : bytes
    }
}

extension UnsafeMutablePointer<dirent> {
    /// The entry's name; bytes that are not UTF-8 become U+FFFD, so that such a name is seen but cannot be opened.
    fileprivate var name: String {
        withUnsafePointer(to: &pointee.d_name) { tuple in
            tuple.withMemoryRebound(to: UInt8.self, capacity: Int(NAME_MAX) + 1) { String(decodingCString: $0, as: UTF8.self) }
        }
    }
}

extension FileStatus {
    init(_ found: rollout_status) {
        let kind: Kind =
            switch UInt32(found.mode) & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .other
            }
        self.init(
            kind: kind, mode: found.mode & 0o7777, size: found.size, linkCount: found.link_count, inode: found.inode,
            device: found.device, modified: found.modified, changed: found.changed)
    }
}
