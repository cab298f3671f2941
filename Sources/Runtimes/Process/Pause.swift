/// Waits this long also in a task that is cancelled, where a sleep returns at once. For looks, again and again, at what must end soon.
func pause(_ time: Duration) async { await Task { try? await Task.sleep(for: time) }.value }
