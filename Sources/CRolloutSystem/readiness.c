#include "CRolloutSystem.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

enum { maximum_events = 64 };

int rollout_readiness_create(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

int rollout_readiness_add(int set, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

int rollout_readiness_remove(int set, int descriptor) {
    return epoll_ctl(set, EPOLL_CTL_DEL, descriptor, NULL);
}

int rollout_readiness_wait(int set, uint64_t *tokens, int capacity) {
    struct epoll_event events[maximum_events];
    if (capacity > maximum_events) capacity = maximum_events;
    int count;
    while ((count = epoll_wait(set, events, capacity, -1)) < 0 && errno == EINTR) {}
    for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
    return count;
}
