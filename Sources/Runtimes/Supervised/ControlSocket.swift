import SystemPackage

/// The place where an agent and a supervisor meet: a directory that both see, with a UNIX socket in it.
package enum ControlSocket {
    /// What both must speak. Raised when a message changes its meaning; a new kind of message does not need it.
    static let version = 1
    /// Bytes of a message at most. An environment can be large; nothing else is.
    static let messageLimit = 1 << 20

    static func path(in directory: FilePath) -> FilePath { directory.appending("supervisor.sock") }
    static func lock(in directory: FilePath) -> FilePath { directory.appending("supervisor.lock") }

    /// Why a directory cannot be one; `nil` when it can. Linux keeps a socket's path in 108 bytes (unix(7)).
    package static func defect(of directory: FilePath) -> String? {
        let length = path(in: directory).string.utf8.count
        return length < 108 ? nil : "it is too long by \(length - 107) bytes for a socket's path"
    }
}
