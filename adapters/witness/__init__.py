"""The witness: it cosigns what other registers signed, as long as each tells one story; and the
register's side, which asks its own witnesses."""
