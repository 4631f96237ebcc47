"""What outsiders verify with: one file of the standard library, which shares nothing with us."""
