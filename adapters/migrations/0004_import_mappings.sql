-- What people said of the columns of a list, so that it is asked once: which column holds what, and
-- what is the same in every row. Not part of the ledger: what was recorded cites the list itself.

create table {schema}.import_mapping (
    header_hash bytea primary key,
    header text[] not null,
    said jsonb not null,
    recorder text not null,
    said_at timestamptz not null default clock_timestamp()
);

grant select, insert, update on {schema}.import_mapping to {app_role};
