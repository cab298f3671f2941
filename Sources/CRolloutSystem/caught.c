#define _GNU_SOURCE
#include "CRolloutSystem.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// A descriptor plus one for each signal, so that zero means none.
static atomic_int counters[NSIG];

static void count(int signal) {
    int number = errno;
    uint64_t one = 1;
    ssize_t ignored = write(atomic_load(&counters[signal]) - 1, &one, sizeof one);
    (void)ignored;
    errno = number;
}

int rollout_catch_signal(int signal) {
    if (signal < 1 || signal >= NSIG) {
        errno = EINVAL;
        return -1;
    }
    int known = atomic_load(&counters[signal]);
    if (known != 0) return known - 1;
    int counter = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (counter < 0) return -1;
    if (!atomic_compare_exchange_strong(&counters[signal], &known, counter + 1)) {
        close(counter);
        return known - 1;
    }
    // SA_RESTART: no call elsewhere shall fail because of it. SA_NOCLDSTOP matters to SIGCHLD alone.
    struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    sigfillset(&action.sa_mask);
    if (sigaction(signal, &action, NULL) != 0) return -1;
    return counter;
}

bool rollout_ignores_signal(int signal) {
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void rollout_stop_until_continued(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL}, before;
    sigset_t only, mask;
    sigaction(SIGTSTP, &standard, &before);
    sigemptyset(&only);
    sigaddset(&only, SIGTSTP);
    // Sent to this very thread, so that it is over when the call returns: the kernel stops all threads.
    pthread_sigmask(SIG_UNBLOCK, &only, &mask);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &before, NULL);
}

int rollout_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int rollout_ended_child(void) {
    siginfo_t found;
    found.si_pid = 0;
    while (waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) != 0) {
        // ECHILD: there is no child at all.
        if (errno != EINTR) return 0;
    }
    return found.si_pid;
}
