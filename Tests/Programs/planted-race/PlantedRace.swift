import CRolloutSystem
import Glibc

/// Two threads that change one number without asking each other: what a build with the thread sanitizer must report, wherever it
/// happens and whatever becomes of the process (Tests/Scripts/thread-sanitizer). With the argument `killed` it does not end by itself.
@main
struct PlantedRace {
    private struct Scene {
        /// Both come here before each round. Of an access that lies far back, the sanitizer may have forgotten who made it, and then
        /// says nothing: of 100,000 additions without a pause it reported one run in twelve.
        var bothAreThere = pthread_barrier_t()
        var number = 0
    }

    static func main() {
        let scene = UnsafeMutablePointer<Scene>.allocate(capacity: 1)
        scene.initialize(to: Scene())
        pthread_barrier_init(&scene.pointee.bothAreThere, nil, 2)
        var threads = [pthread_t](repeating: pthread_t(), count: 2)
        for index in threads.indices {
            let result = pthread_create(&threads[index], nil, { @Sendable scene in Self.count(in: scene) }, scene)
            precondition(result == 0, "no thread was to be had: error \(result)")
        }
        for thread in threads { pthread_join(thread, nil) }
        if CommandLine.arguments.contains("killed") { kill(getpid(), SIGKILL) }
    }

    /// What each of the two does.
    nonisolated private static func count(in scene: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let scene = scene?.assumingMemoryBound(to: Scene.self) else { return nil }
        for _ in 0..<100 {
            pthread_barrier_wait(&scene.pointee.bothAreThere)
            scene.pointee.number += 1
        }
        return nil
    }
}
