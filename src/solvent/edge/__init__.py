"""The hot path's I/O: the HTTP server that clients meet, the pool of upstream connections, the journal's writer, the link to the office."""
