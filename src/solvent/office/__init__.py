"""The office's I/O: the HTTP server of the desk, its guard, and the API for programs."""
