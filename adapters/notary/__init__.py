"""The notary: it signs the ledger's root, and lets outsiders check what it signed."""
