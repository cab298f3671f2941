import Glibc

/// A moment for other threads, in the loops of blocking backends.
func usleepBriefly() { usleep(1000) }
