/// How this program ends, as scripts see it. The numbers are those of sysexits(3).
enum CommandStatus: Int32, Sendable {
    /// What was asked for did not come about although nothing was wrong with the asking: a host refused, a law is broken.
    case failed = 1
    /// EX_USAGE: the command line.
    case usage = 64
    /// EX_DATAERR: the artifact, the record, the volume's content.
    case badData = 65
    /// EX_UNAVAILABLE: the volume, a runtime, a host. Trying again can help.
    case unavailable = 69
    /// EX_NOPERM: a key or a signature.
    case refusedByTrust = 77
    /// EX_CONFIG: a configuration file.
    case configuration = 78
}
