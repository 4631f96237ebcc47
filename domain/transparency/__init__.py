"""The transparency log: what lets an outsider prove that the ledger's history was not altered."""
