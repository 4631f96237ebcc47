-- Who may record, and what this register is called. Not part of the ledger: these rows may change.

-- One row: the register's name, and whether it is the demonstration with its sample.
create table {schema}.register (
    single boolean primary key default true check (single),
    name text not null,
    demo boolean not null,
    created_at timestamptz not null default clock_timestamp()
);

-- A pseudonym, never a name. Keys are random, so their plain hash gives nothing away.
create table {schema}.account (
    pseudonym text primary key,
    role text not null,
    community text not null,
    community_name text not null,
    key_hash bytea not null unique,
    created_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz
);

create table {schema}.session (
    token_hash bytea primary key,
    pseudonym text not null references {schema}.account (pseudonym) on delete cascade,
    ends_at timestamptz not null
);

grant select, insert on {schema}.register to {app_role};
grant select, insert on {schema}.account to {app_role};
grant update (closed_at, key_hash) on {schema}.account to {app_role};
grant select, insert, delete on {schema}.session to {app_role};
