"""Ed25519 and the files that its private keys lie in."""
