// Only in builds with the thread sanitizer.
//
// Swift's Mutex hands itself over inside the kernel (FUTEX_LOCK_PI) when threads contend for it, in a library that is not
// instrumented: the sanitizer does not see that, and reports everything that a contended Mutex protects as a race. (Measured: a
// program of ten lines, four threads that append to an array under one Mutex, gives two or three reports a run.) So its slow
// path is replaced here by one that takes the lock with an operation the sanitizer sees. Real races are still found.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <sched.h>
#include <stdint.h>

/// Synchronization._MutexHandle._lockSlow(_:) of Swift 6: `word` is 0, or the id of the thread that holds the lock.
__attribute__((swiftcall)) void rollout_lock_slowly(uint32_t thread, __attribute__((swift_context)) uint32_t *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void rollout_lock_slowly(uint32_t thread, __attribute__((swift_context)) uint32_t *word) {
    uint32_t unlocked = 0;
    while (!__atomic_compare_exchange_n(word, &unlocked, thread, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        unlocked = 0;
        sched_yield();
    }
}

#endif
#endif
