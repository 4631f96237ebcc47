"""Communities: which one is meant."""
