// Only in builds with the thread sanitizer.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// Swift's Mutex hands itself over inside the kernel (FUTEX_LOCK_PI) when threads contend for it, in a library that is not
// instrumented: the sanitizer does not see that, and reports everything that a contended Mutex protects as a race. (Measured: a
// program of ten lines, four threads that append to an array under one Mutex, gives two or three reports a run.) So its slow
// path is replaced here by one that takes the lock with an operation the sanitizer sees. Real races are still found.

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

// Tests start many programs, some with an environment made anew, and kill some. So where reports go is not left to the
// environment: each process leaves a file beside its program, in `thread-sanitizer/`. Runs before the sanitizer is set up, so it
// may call nothing that is intercepted, and not even its entry may be noted (`no_sanitize("thread")` leaves that in). TSAN_OPTIONS
// still overrides it. The history is as long as it can be: a race with an access that is not in it any more is not reported.
__attribute__((disable_sanitizer_instrumentation, used)) const char *__tsan_default_options(void) {
    static const char head[] = "history_size=7:log_path=";
    static const char tail[] = "/thread-sanitizer/report";
    static char options[sizeof head + 4096 + sizeof tail];
    char *end = options;
    for (const char *from = head; *from; from++) *end++ = *from;
    long count = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", end, 4096);
    if (count <= 0) return "";
    char *last = end;
    for (char *at = end; at < end + count; at++) {
        if (*at == '/') last = at;
    }
    for (const char *from = tail; *from; from++) *last++ = *from;
    *last = 0;
    return options;
}

#endif
#endif
