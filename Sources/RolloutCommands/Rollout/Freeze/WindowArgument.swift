import ArgumentParser
import RolloutCore

/// A freeze window on the command line: as in the log, with shorter times.
struct WindowArgument: ExpressibleByArgument {
    let window: FreezeWindow

    init?(argument: String) {
        if let window = FreezeWindow(argument) {
            self.window = window
            return
        }
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { TimeArgument(argument: String($0)) }
        guard parts.count == 2, let from = parts[0]?.moment, let until = parts[1]?.moment, from < until else { return nil }
        self.window = .span(from: from, until: until)
    }
}
