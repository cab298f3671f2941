/// The file system of a command or agent. In a debug build, one that can be killed at any effect (`KillPoints`), and whose
/// calls can hang (`HangPoints`).
package func makeFileSystem() -> any FileSystem {
    var files: any FileSystem = LinuxFileSystem()
    #if DEBUG
        if let points = KillPoints.shared { files = InterposedFileSystem(files, points) }
        if let points = HangPoints.shared { files = InterposedFileSystem(files, points) }
    #endif
    return files
}

/// The process launcher of a command or agent. In a debug build, one that can be killed at any effect (`KillPoints`).
package func makeLauncher() -> any ProcessLauncher {
    #if DEBUG
        if let points = KillPoints.shared { return KillableProcessLauncher(LinuxProcessLauncher(), points) }
    #endif
    return LinuxProcessLauncher()
}
