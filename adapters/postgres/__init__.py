"""Postgres as Twinledger meets it: a server of its own, or one named by a DSN."""
