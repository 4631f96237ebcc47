"""What is known of one partnership at a position: folded once, used by every read model."""
