#include "CRolloutSystem.h"

#include <sys/prctl.h>

void rollout_name_thread(const char *name) {
    prctl(PR_SET_NAME, name);
}
