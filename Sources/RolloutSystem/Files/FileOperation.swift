/// What is done to a file. Together with `FilePurpose` it names one effect exactly.
package enum FileOperation: String, CaseIterable, Sendable {
    case open, create, read, write, sync, status, lock, close
    case createDirectory, removeDirectory, syncDirectory, list, revalidate
    case rename, link, unlink, createSymbolicLink, readSymbolicLink, setMode, freeBytes
    /// Asking for events (`LocalEvents`).
    case watch

    /// Whether it changes what a crash could leave behind.
    package var isMutating: Bool {
        switch self {
        case .create, .write, .sync, .createDirectory, .removeDirectory, .syncDirectory, .rename, .link, .unlink,
            .createSymbolicLink, .setMode:
            true
        case .open, .read, .status, .lock, .close, .list, .revalidate, .readSymbolicLink, .freeBytes, .watch: false
        }
    }

    /// For error messages: "Could not <verb> <path>".
    package var verb: String {
        switch self {
        case .sync, .syncDirectory: "save"
        case .status, .revalidate: "look at"
        case .createDirectory: "create the directory"
        case .removeDirectory: "remove the directory"
        case .link: "name"
        case .unlink: "remove"
        case .createSymbolicLink: "create the link"
        case .readSymbolicLink: "read the link"
        case .setMode: "set the permissions of"
        case .freeBytes: "ask for the free space at"
        case .open, .create, .read, .write, .lock, .close, .list, .rename, .watch: rawValue
        }
    }
}
