import Glibc

extension FileError.Code {
    /// `.other` for every number that has no meaning of its own here.
    package init(errno: Int32) {
        self =
            switch errno {
            case ENOENT: .notFound
            case EEXIST: .exists
            // ELOOP is what O_NOFOLLOW gives for a link, ENXIO what opening a socket gives.
            case ELOOP, EISDIR, ENXIO: .notRegular
            case ENOTDIR: .notDirectory
            case ENOTEMPTY: .notEmpty
            case EACCES, EPERM: .permissionDenied
            case EROFS: .readOnly
            case ENOSPC, EDQUOT: .noSpace
            case EMFILE, ENFILE: .tooManyOpenFiles
            case ESTALE: .stale
            // A soft NFS mount gives up with it.
            case ETIMEDOUT: .timedOut
            case EXDEV: .crossDevice
            default: .other
            }
    }
}
