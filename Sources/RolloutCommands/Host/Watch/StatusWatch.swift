import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem

/// `status --watch` on a terminal: a view that is redrawn in place, and only what has changed.
struct StatusWatch {
    let reader: FleetReader
    let interval: Duration

    /// How long one look may take before the volume counts as silent.
    private static let patience: Duration = .seconds(5)

    private enum Event: Sendable {
        /// There is a look that was not shown yet.
        case looked
        case resized
        /// ^Z.
        case suspended
        case continued
        /// ^C and the like.
        case stopped
    }

    /// Returns when it is interrupted, also while the volume does not answer.
    func run() async throws {
        let (events, inbox) = AsyncStream<Event>.makeStream()
        StopSignals.shared.observe { _ in inbox.yield(.stopped) }
        CaughtSignal.watch(SIGWINCH) { _ in inbox.yield(.resized) }
        CaughtSignal.watch(SIGTSTP) { _ in inbox.yield(.suspended) }
        CaughtSignal.watch(SIGCONT) { _ in inbox.yield(.continued) }
        let looks = NewestLook()
        let looking = Task { await look { if looks.put($0) { inbox.yield(.looked) } } }
        defer { looking.cancel() }
        let view = await show(events, looks)
        // What was seen last stays to be read.
        if let fleet = view.fleet { Console.write(fleet.text) }
    }

    /// Shows what `events` tell, until one of them says to stop.
    private func show(_ events: AsyncStream<Event>, _ looks: NewestLook) async -> FleetView {
        let terminal = Terminal(STDOUT_FILENO)
        defer { terminal.hide() }
        var (view, shown) = (FleetView(), Frame?.none)
        shown = draw(view, instead: nil, on: terminal)
        for await event in events {
            switch event {
            case .looked:
                switch looks.take() {
                case .some((.success(let fleet), _)): view = FleetView(fleet: fleet)
                case .some((.failure(let failure), let now)): view.trouble = (view.trouble?.since ?? now, failure.message)
                case nil: break
                }
            case .resized: shown = nil
            case .suspended:
                terminal.hide()
                CaughtSignal.stopUntilContinued()
                shown = nil
            case .continued: shown = nil
            case .stopped: return view
            }
            shown = draw(view, instead: shown, on: terminal)
        }
        return view
    }

    /// Returns what the screen shows now; `nil` while another job has the terminal.
    private func draw(_ view: FleetView, instead old: Frame?, on terminal: Terminal) -> Frame? {
        let wasShown = terminal.isShown
        terminal.show()
        guard terminal.isShown, terminal.isForeground else { return nil }
        let (columns, lines) = terminal.size
        let frame = Frame(view.lines(now: CommandHost.now), columns: columns, lines: lines)
        let changes = frame.changes(from: wasShown ? old : nil)
        if !changes.isEmpty { terminal.draw(changes) }
        return frame
    }

    /// Looks again and again, until cancelled.
    private func look(_ tell: @escaping @Sendable (NewestLook.Look) -> Void) async {
        let lane = BlockingLane("watch", path: reader.volume.layout.root)
        let reader = reader
        while !Task.isCancelled {
            let now = CommandHost.now
            let result: Result<FleetStatus, CommandFailure>
            do throws(FileError) {
                result = try await lane.run(
                    within: Self.patience, for: .statusRead,
                    // Better late than never: with very many hosts every look may take longer.
                    discard: { late in tell((late, now)) },
                    { () throws(FileError) in
                        Result { try reader.read(now: now) }.mapError(CommandFailure.init(explaining:))
                    })
            } catch {
                result = .failure(CommandFailure(.unavailable, "\(error)"))
            }
            tell((result, now))
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }
}
