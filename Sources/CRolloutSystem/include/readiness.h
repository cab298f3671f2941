#pragma once

#include <stdint.h>

/// epoll(7), level-triggered, for reading only: `token` is what `rollout_readiness_wait` gives back for the descriptor.
int rollout_readiness_create(void);
int rollout_readiness_add(int set, int descriptor, uint64_t token);
int rollout_readiness_remove(int set, int descriptor);

/// Waits without limit until at least one descriptor is readable or its other end is closed; returns how many tokens
/// were stored, at most `capacity` (64 at most).
int rollout_readiness_wait(int set, uint64_t *tokens, int capacity);
