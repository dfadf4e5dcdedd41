"""The ground floor: words that every other floor uses. Nothing here does I/O or imports another floor."""
