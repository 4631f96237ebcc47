-- Tokens with which programs act for an account. Not part of the ledger: these rows may change.

-- Tokens are 256 random bits, so their plain hash gives nothing away. `number` is how people name
-- one when they revoke it; a row stays after its end, so that it is seen when it was last used.
create table {schema}.token (
    number bigint generated always as identity primary key,
    token_hash bytea not null unique,
    pseudonym text not null references {schema}.account (pseudonym) on delete cascade,
    read_only boolean not null,
    created_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null check (ends_at <= created_at + interval '365 days'),
    revoked_at timestamptz,
    last_used_at timestamptz
);
create index token_of_account on {schema}.token (pseudonym);

grant select, insert on {schema}.token to {app_role};
grant update (revoked_at, last_used_at) on {schema}.token to {app_role};
