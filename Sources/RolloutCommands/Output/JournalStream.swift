import Glibc

/// Whether standard error is connected to systemd's journal.
enum JournalStream {
    /// By `JOURNAL_STREAM`, "device:inode" of the stream that systemd made (systemd.exec(5)). It must be compared: a process whose
    /// standard error was redirected has inherited the variable all the same.
    static func isStandardError(variable: String? = CommandHost.variable("JOURNAL_STREAM")) -> Bool {
        guard let variable else { return false }
        var status = stat()
        guard fstat(STDERR_FILENO, &status) == 0 else { return false }
        return variable == "\(status.st_dev):\(status.st_ino)"
    }
}
