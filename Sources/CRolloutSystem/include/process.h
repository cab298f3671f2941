#pragma once

#include <stdint.h>

/// A process to start. It gets a session and process group of its own, default signal dispositions, an empty signal mask,
/// and no descriptors but `targets` and whatever of 0, 1 and 2 is not among them.
struct rollout_launch {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// NULL: unchanged.
    const char *directory;
    /// Descriptor `sources[i]` becomes `targets[i]`; `targets` holds each number once.
    const int *sources;
    const int *targets;
    int descriptor_count;
    /// Sent to the process when the *thread* that calls `rollout_launch` ends, or its process; 0 for none.
    int parent_death_signal;
};

enum rollout_launch_step { rollout_step_start, rollout_step_descriptors, rollout_step_directory, rollout_step_execute };

/// Starts a process and waits until its program runs. Returns its id and a descriptor that becomes readable when it ends; or -1
/// with errno and the step that failed, and then nothing is left of it.
int rollout_launch(const struct rollout_launch *launch, int *process_descriptor, enum rollout_launch_step *failed);

/// Has every open descriptor from 3 on closed on exec, as /proc lists them: for kernels whose close_range(2) cannot. Safe between
/// fork and exec.
int rollout_close_listed_on_exec(void);

/// What wait4(2) says.
struct rollout_exit {
    /// -1 when a signal ended it.
    int code;
    int signal;
    int64_t user_microseconds;
    int64_t system_microseconds;
    int64_t maximum_resident_bytes;
};

/// Takes the exit of a child: 1 when it had ended, 0 when it still runs.
int rollout_reap(int process_id, struct rollout_exit *exit);

/// A descriptor of any process, which stays with it even when its id is used again.
int rollout_open_process(int process_id);
int rollout_signal_process(int process_descriptor, int signal);

/// A pipe whose ends are closed on exec.
int rollout_pipe(int ends[2]);
