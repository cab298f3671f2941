#pragma once

/// Names the calling thread, as `ps` and `top` show it; 15 bytes at most are kept.
void rollout_name_thread(const char *name);
