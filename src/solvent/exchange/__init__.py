"""The life of one request: events in, commands out, one table between them. Nothing here touches a socket, a file or a clock."""
