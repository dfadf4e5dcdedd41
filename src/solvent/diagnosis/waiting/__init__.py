"""When an identical call can pass again: the wait, the instant, the window."""
