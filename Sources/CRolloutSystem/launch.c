#define _GNU_SOURCE
#include "CRolloutSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif

enum { maximum_descriptors = 64 };

struct failure {
    int step;
    int number;
};

// Everything from here to `run_child` runs between fork and exec: async-signal-safe calls only.

static void fail(int report, enum rollout_launch_step step) {
    struct failure failure = {step, errno};
    ssize_t ignored = write(report, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

// What getdents64(2) gives; the C library has readdir(3), which allocates.
struct directory_entry {
    uint64_t inode;
    int64_t next;
    unsigned short length;
    unsigned char type;
    char name[];
};

int rollout_close_listed_on_exec(void) {
    int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return -1;
    _Alignas(struct directory_entry) char buffer[4096];
    long count;
    while ((count = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long position = 0; position < count;) {
            const struct directory_entry *entry = (const struct directory_entry *)(buffer + position);
            position += entry->length;
            int descriptor = 0;
            // All are numbers, but for "." and "..", which come out as 0.
            for (const char *digit = entry->name; *digit >= '0' && *digit <= '9'; digit++) {
                descriptor = descriptor * 10 + (*digit - '0');
            }
            if (descriptor > 2) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        }
    }
    close(directory);
    return count < 0 ? -1 : 0;
}

static void close_all_on_exec(void) {
    // Linux 5.11; before it, or where a container's filter forbids it, those that are open. One by one only where there is no
    // /proc: in some containers more than a billion are allowed.
    if (syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) == 0) return;
    if (rollout_close_listed_on_exec() == 0) return;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = 1024;
    for (rlim_t descriptor = 3; descriptor < limit.rlim_cur; descriptor++) fcntl((int)descriptor, F_SETFD, FD_CLOEXEC);
}

static void move_descriptors(const struct rollout_launch *launch, int *report) {
    int first_free = 3;
    for (int i = 0; i < launch->descriptor_count; i++) {
        if (launch->targets[i] >= first_free) first_free = launch->targets[i] + 1;
    }
    // All sources out of the way first, so that no target overwrites one that is still to be copied.
    int moved_report = fcntl(*report, F_DUPFD_CLOEXEC, first_free);
    if (moved_report < 0) fail(*report, rollout_step_descriptors);
    *report = moved_report;
    int moved[maximum_descriptors];
    for (int i = 0; i < launch->descriptor_count; i++) {
        moved[i] = fcntl(launch->sources[i], F_DUPFD_CLOEXEC, first_free);
        if (moved[i] < 0) fail(*report, rollout_step_descriptors);
    }
    close_all_on_exec();
    for (int i = 0; i < launch->descriptor_count; i++) {
        if (dup2(moved[i], launch->targets[i]) < 0) fail(*report, rollout_step_descriptors);
    }
}

static void reset_signals(void) {
    // The kernel's own structure, all zero: the C library refuses the two signals it uses itself, which can have been
    // inherited as ignored. Its signal sets are 8 bytes.
    unsigned long standard[4] = {0};
    for (int signal = 1; signal < NSIG; signal++) syscall(SYS_rt_sigaction, signal, standard, NULL, 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_child(const struct rollout_launch *launch, int report, pid_t parent) {
    setsid();
    if (launch->parent_death_signal != 0) {
        prctl(PR_SET_PDEATHSIG, launch->parent_death_signal);
        // The parent may have died before the line above.
        if (getppid() != parent) _exit(127);
    }
    move_descriptors(launch, &report);
    if (launch->directory != NULL && chdir(launch->directory) != 0) fail(report, rollout_step_directory);
    reset_signals();
    execve(launch->path, launch->arguments, launch->environment);
    fail(report, rollout_step_execute);
}

static int fork_child(const struct rollout_launch *launch, int report) {
    pid_t parent = getpid();
    sigset_t all, before;
    // No handler of this process may run in the child.
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t child = fork();
    if (child == 0) run_child(launch, report, parent);
    int number = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = number;
    return child;
}

static void abandon(pid_t child) {
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
}

int rollout_launch(const struct rollout_launch *launch, int *process_descriptor, enum rollout_launch_step *failed) {
    *failed = rollout_step_start;
    if (launch->descriptor_count > maximum_descriptors) {
        errno = E2BIG;
        return -1;
    }
    int report[2];
    if (rollout_pipe(report) != 0) return -1;
    pid_t child = fork_child(launch, report[1]);
    int number = errno;
    close(report[1]);
    if (child < 0) {
        close(report[0]);
        errno = number;
        return -1;
    }
    // Ends without a byte when exec closes the other end.
    struct failure failure;
    ssize_t count;
    while ((count = read(report[0], &failure, sizeof failure)) < 0 && errno == EINTR) {}
    close(report[0]);
    if (count != 0) {
        abandon(child);
        *failed = count == sizeof failure ? failure.step : rollout_step_start;
        errno = count == sizeof failure ? failure.number : EIO;
        return -1;
    }
    *process_descriptor = rollout_open_process(child);
    if (*process_descriptor < 0) {
        number = errno;
        abandon(child);
        errno = number;
        return -1;
    }
    return child;
}
