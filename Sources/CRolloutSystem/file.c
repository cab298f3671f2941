#define _GNU_SOURCE
#include "CRolloutSystem.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int64_t nanoseconds(struct statx_timestamp time) {
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

int rollout_status(int descriptor, const char *path, bool force_sync, struct rollout_status *status) {
    struct statx found;
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (path[0] == 0 ? AT_EMPTY_PATH : 0);
    flags |= force_sync ? AT_STATX_FORCE_SYNC : AT_STATX_SYNC_AS_STAT;
    if (statx(descriptor, path, flags, STATX_BASIC_STATS, &found) != 0) return -1;
    *status = (struct rollout_status){
        .mode = found.stx_mode,
        .size = found.stx_size,
        .link_count = found.stx_nlink,
        .inode = found.stx_ino,
        .device = makedev(found.stx_dev_major, found.stx_dev_minor),
        .modified = nanoseconds(found.stx_mtime),
        .changed = nanoseconds(found.stx_ctime),
    };
    return 0;
}

int rollout_try_lock(int descriptor) {
    // Not a classic lock: those vanish when any descriptor of the file is closed by the process.
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &whole);
}

int rollout_memory_file(const char *label) {
    return memfd_create(label, MFD_CLOEXEC);
}
