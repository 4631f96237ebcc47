-- A token that ended long ago is deleted when a new one is made: `0003_tokens.sql` kept each for ever.
-- Who recorded what stands in the ledger under the account's pseudonym, not here.

grant delete on {schema}.token to {app_role};
