import RolloutSystem
import Synchronization
import SystemPackage

/// A file system in memory that can lose power, fail, tear and stall at any named call, and counts its calls.
///
/// Made by itself it is a local disk. `SimulatedVolume` makes clients of one shared disk, with an NFS client's stale caches.
/// Permission bits are stored, not enforced, as for root; relative paths begin at the root.
package final class SimulatedFileSystem: FileSystem {
    struct State: Sendable {
        var files: [Int32: OpenInode] = [:]
        var nextDescriptor: Int32 = 1000
        /// `nil` on a local disk.
        var cache: ClientCache?
        var isReadOnly = false
        var isDown = false
        var calls: [FileCall] = []
        var effectCount = 0
        var faults: [(trigger: FileTrigger, fault: FileFault, once: Bool)] = []
        var ignoredSyncs: [(purpose: FilePurpose, operation: FileOperation?)] = []
    }

    struct OpenInode: Sendable {
        var number: SimulatedDisk.Number
        var isWritable: Bool
    }

    final class SharedDisk: Sendable {
        let value: Mutex<SimulatedDisk>
        init(_ disk: SimulatedDisk) { value = Mutex(disk) }
    }

    let disk: SharedDisk
    let state: Mutex<State>
    /// Tells the clients of one disk apart.
    let client: UInt64

    init(disk: SharedDisk, client: UInt64, cache: ClientCache?) {
        self.disk = disk
        self.client = client
        var state = State()
        state.cache = cache
        self.state = Mutex(state)
    }

    /// An empty local disk.
    package convenience init() { self.init(disk: SharedDisk(SimulatedDisk()), client: 0, cache: nil) }

    /// Carries a call out: counts it, lets a fault strike, then works on the client's state and the disk.
    func perform<Result: Sendable>(
        _ call: FileCall,
        _ body: (inout State, inout SimulatedDisk, FileFault?) throws(SimulatedDisk.Refusal) -> Result
    ) throws(FileError) -> Result {
        let fault = try admit(call)
        let outcome: Swift.Result<Result, SimulatedDisk.Refusal> = state.withLock { state in
            disk.value.withLock { disk in
                Swift.Result { () throws(SimulatedDisk.Refusal) in try body(&state, &disk, fault) }
            }
        }
        switch fault {
        case .failAfter(let code, let errno):
            throw FileError(code: code, errno: errno, operation: call.operation, path: call.path, purpose: call.purpose)
        case .powerLossAfter:
            state.withLock { $0.isDown = true }
            throw powerLoss(call)
        case .fail, .powerLossBefore, .shortWrite, .run, nil: break
        }
        do throws(SimulatedDisk.Refusal) {
            return try outcome.get()
        } catch {
            throw FileError(code: error.code, operation: call.operation, path: call.path, purpose: call.purpose)
        }
    }

    /// Counts the call and returns what of a fault is left to do while it is carried out.
    private func admit(_ call: FileCall) throws(FileError) -> FileFault? {
        let admission: (fault: FileFault?, isDown: Bool, isReadOnly: Bool) = state.withLock { state in
            guard !state.isDown else { return (nil, true, false) }
            state.calls.append(call)
            let index = state.effectCount
            if call.operation.isMutating { state.effectCount += 1 }
            return (state.takeFault(call, effect: index), false, state.isReadOnly && call.operation.isMutating)
        }
        if admission.isDown { throw powerLoss(call) }
        switch admission.fault {
        case .fail(let code, let errno):
            throw FileError(code: code, errno: errno, operation: call.operation, path: call.path, purpose: call.purpose)
        case .powerLossBefore:
            state.withLock { $0.isDown = true }
            throw powerLoss(call)
        case .run(let body): body()
        case .failAfter, .powerLossAfter, .shortWrite, nil: break
        }
        if admission.isReadOnly {
            throw FileError(code: .readOnly, operation: call.operation, path: call.path, purpose: call.purpose)
        }
        return admission.fault
    }

    private func powerLoss(_ call: FileCall) -> FileError {
        FileError(code: .other, operation: call.operation, path: call.path, purpose: call.purpose)
    }
}

extension SimulatedFileSystem.State {
    fileprivate mutating func takeFault(_ call: FileCall, effect: Int) -> FileFault? {
        let found = faults.firstIndex { trigger, _, _ in
            switch trigger {
            case .effect(let index): call.operation.isMutating && index == effect
            case .purpose(let purpose, let operation):
                call.purpose == purpose && (operation == nil || operation == call.operation)
            case .call(let matches): matches(call)
            }
        }
        guard let found else { return nil }
        defer { if faults[found].once { faults.remove(at: found) } }
        return faults[found].fault
    }
}
