#pragma once

#include <stdbool.h>

/// Catches a signal for the whole process: from now on each arrival adds 1 to the eventfd(2) that is returned. Asked again for
/// the same signal, it returns the same descriptor. Never given up: a signal that is caught once stays caught.
int rollout_catch_signal(int signal);

/// Whether a signal is ignored, as nohup(1) has it for SIGHUP.
bool rollout_ignores_signal(int signal);

/// Does what SIGTSTP does to a program that does not catch it: stops the whole process, and returns after somebody continues it.
/// Returns at once where the kernel stops nobody, because there is no shell that could go on with it.
void rollout_stop_until_continued(void);

/// Makes orphaned descendants of this process its children, as they are those of process 1 (PR_SET_CHILD_SUBREAPER).
int rollout_adopt_orphans(void);

/// The id of a child that has ended and was not waited for, left as it is; 0 when there is none.
int rollout_ended_child(void);
