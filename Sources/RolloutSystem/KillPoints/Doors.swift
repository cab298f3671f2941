/// The file system of a command or agent. In a debug build, one that can be killed at any effect (`KillPoints`).
package func makeFileSystem() -> any FileSystem {
    #if DEBUG
        if let points = KillPoints.shared { return KillableFileSystem(LinuxFileSystem(), points) }
    #endif
    return LinuxFileSystem()
}

/// The process launcher of a command or agent. In a debug build, one that can be killed at any effect (`KillPoints`).
package func makeLauncher() -> any ProcessLauncher {
    #if DEBUG
        if let points = KillPoints.shared { return KillableProcessLauncher(LinuxProcessLauncher(), points) }
    #endif
    return LinuxProcessLauncher()
}
