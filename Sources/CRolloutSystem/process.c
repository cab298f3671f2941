#define _GNU_SOURCE
#include "CRolloutSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t microseconds(struct timeval time) {
    return time.tv_sec * 1000000 + time.tv_usec;
}

int rollout_reap(int process_id, struct rollout_exit *exit) {
    int status;
    struct rusage usage;
    pid_t reaped;
    while ((reaped = wait4(process_id, &status, WNOHANG, &usage)) < 0 && errno == EINTR) {}
    if (reaped <= 0) return reaped;
    *exit = (struct rollout_exit){
        .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .user_microseconds = microseconds(usage.ru_utime),
        .system_microseconds = microseconds(usage.ru_stime),
        .maximum_resident_bytes = usage.ru_maxrss * 1024,
    };
    return 1;
}

int rollout_open_process(int process_id) {
    return syscall(SYS_pidfd_open, process_id, 0);
}

int rollout_signal_process(int process_descriptor, int signal) {
    return syscall(SYS_pidfd_send_signal, process_descriptor, signal, NULL, 0);
}

int rollout_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}
