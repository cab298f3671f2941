import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem

/// `status --watch`: on a terminal a view that is redrawn in place, and only what has changed; elsewhere a line for each change.
struct StatusWatch {
    let reader: FleetReader
    let interval: Duration

    /// How long one look may take before the volume counts as silent.
    private static let patience: Duration = .seconds(5)
    /// Between two looks at signals and at the window's size.
    private static let tick: Duration = .milliseconds(50)

    /// Returns when it is interrupted.
    func run() async throws {
        Terminal.catchSignals()
        let lane = BlockingLane("watch", path: reader.volume.layout.root)
        let terminal = Terminal(STDOUT_FILENO)
        var (view, shown) = (FleetView(), Frame?.none)
        var due = ContinuousClock.now
        while !Terminal.isInterrupted {
            if ContinuousClock.now >= due {
                due = .now + interval
                await look(&view, on: lane)
                shown = draw(view, instead: shown, on: terminal)
            }
            if Terminal.takeResize() { shown = draw(view, instead: nil, on: terminal) }
            try? await Task.sleep(for: Self.tick)
        }
        terminal.close()
        // What was seen last stays to be read.
        if let fleet = view.fleet { Console.write(fleet.text) }
    }

    private func draw(_ view: FleetView, instead old: Frame?, on terminal: borrowing Terminal) -> Frame {
        let (columns, lines) = terminal.size
        let frame = Frame(view.lines(now: CommandHost.now), columns: columns, lines: lines)
        let changes = frame.changes(from: old)
        if !changes.isEmpty { terminal.draw(changes) }
        return frame
    }

    private func look(_ view: inout FleetView, on lane: BlockingLane) async {
        let now = CommandHost.now
        let reader = reader
        let result: Result<FleetStatus, CommandFailure>
        do throws(FileError) {
            result = try await lane.run(within: Self.patience, for: .statusRead) { () throws(FileError) in
                Result { try reader.read(now: now) }.mapError(CommandFailure.init(explaining:))
            }
        } catch {
            result = .failure(CommandFailure(.unavailable, "\(error)"))
        }
        switch result {
        case .success(let fleet): view = FleetView(fleet: fleet)
        case .failure(let failure): view.trouble = (view.trouble?.since ?? now, failure.message)
        }
    }
}
