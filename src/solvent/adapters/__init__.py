"""What touches the world: the store, the clock. Each adapter serves a port; twins in memory pass the same tests."""
