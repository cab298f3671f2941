#pragma once

#include <stdbool.h>
#include <stdint.h>

/// What statx(2) says, in fixed types.
struct rollout_status {
    /// Type and permission bits.
    uint16_t mode;
    uint64_t size;
    uint64_t link_count;
    uint64_t inode;
    uint64_t device;
    /// Nanoseconds since 1970.
    int64_t modified;
    int64_t changed;
};

/// Facts about `path`, which is not followed when it is a link, or about the descriptor when `path` is empty.
/// `force_sync` asks the server instead of the attribute cache (AT_STATX_FORCE_SYNC).
int rollout_status(int descriptor, const char *path, bool force_sync, struct rollout_status *status);

/// Takes an exclusive open-file-description lock on the whole file; EAGAIN when another holder has it.
int rollout_try_lock(int descriptor);

/// A file in memory without a name in any directory, closed on exec.
int rollout_memory_file(const char *label);
