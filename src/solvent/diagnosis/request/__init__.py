"""What of a request was refused, and who rewrote it on its way."""
