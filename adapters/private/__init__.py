"""Private values: sealed in the database, their keys in a store outside it."""
