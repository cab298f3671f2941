// measure PROGRAM [ARG...]: runs it with its output thrown away, and prints how long that took in microseconds, its processor time in
// microseconds, its largest resident size in KiB, and its exit status. Small and static, because a process starts with its
// parent's resident size on record.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **words) {
    if (count < 2) return 64;
    struct timespec start, end;
    struct rusage use;
    int status, nowhere = open("/dev/null", O_RDWR);
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = vfork();
    if (child == 0) {
        dup2(nowhere, 0);
        dup2(nowhere, 1);
        dup2(nowhere, 2);
        execv(words[1], words + 1);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &use) < 0) return 71;
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%ld %ld %ld %d\n", (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000,
           (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 + use.ru_utime.tv_usec + use.ru_stime.tv_usec, use.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
