#if DEBUG
    /// Passes everything on, each start and signal as a kill point.
    package struct KillableProcessLauncher: ProcessLauncher {
        private let base: any ProcessLauncher
        private let points: KillPoints

        package init(_ base: any ProcessLauncher, _ points: KillPoints) {
            self.base = base
            self.points = points
        }

        package func launch(_ request: LaunchRequest, for purpose: ProcessPurpose) throws(LaunchError) -> LaunchedProcess {
            try points.around("process:\(purpose.rawValue)") { () throws(LaunchError) in
                try base.launch(request, for: purpose)
            }
        }

        @discardableResult
        package func signal(
            _ process: LaunchedProcess, _ signal: ProcessSignal, wholeGroup: Bool, for purpose: ProcessPurpose
        ) -> Bool {
            points.around("process:\(purpose.rawValue)") {
                base.signal(process, signal, wholeGroup: wholeGroup, for: purpose)
            }
        }

        package func orphans(marker: String) -> [ProcessIdentity] { base.orphans(marker: marker) }

        package func identity(processID: Int32) -> ProcessIdentity? { base.identity(processID: processID) }

        @discardableResult
        package func signal(_ process: ProcessIdentity, _ signal: ProcessSignal, for purpose: ProcessPurpose) -> Bool {
            points.around("process:\(purpose.rawValue)") { base.signal(process, signal, for: purpose) }
        }
    }
#endif
