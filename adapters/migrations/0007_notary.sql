-- What the notary publishes of its log: the upper part of the tree, the signed checkpoints, the keys
-- that signed them, and what it has to say. Why each piece is as it is stands in
-- adapters/notary/README.md.

-- The hashes of which the tiles of level 1 and up are made (C2SP tlog-tiles), one a row: the one at
-- `index` of `level` is the root over the 256^level leaves from index * 256^level on. Tiles of level 0
-- are the leaf hashes of `event`.
create table {schema}.tile_hash (
    level smallint not null check (level between 1 and 7),
    index bigint not null check (index >= 0),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (level, index)
);

-- Signed checkpoints as they were signed (C2SP tlog-checkpoint), in the order of `number`.
create table {schema}.checkpoint (
    number bigint generated always as identity primary key,
    origin text not null,
    size bigint not null check (size > 0),
    note bytea not null,
    published_at timestamptz not null default clock_timestamp(),
    unique (origin, size)
);

-- What witnesses added to a checkpoint (C2SP tlog-cosignature), each as its line; `at` is their word.
create table {schema}.cosignature (
    origin text not null,
    size bigint not null,
    name text not null,
    key_id bytea not null check (octet_length(key_id) = 4),
    at bigint not null,
    line text not null,
    primary key (origin, size, name, key_id, at)
);

-- The public keys of the log. A key signs while the last row that names it has no `last_size`; with
-- one it was replaced, and what it signs of a larger tree counts for nothing.
create table {schema}.log_key (
    number bigint generated always as identity primary key,
    origin text not null,
    vkey text not null,
    last_size bigint,
    announced_at timestamptz not null default clock_timestamp()
);

-- What the notary has to say; the last row counts, and none means that all is well. Where it
-- `closes`, the ledger is not the one that was signed, and nothing may be appended to it.
create table {schema}.notary_notice (
    number bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    closes boolean not null,
    problem text not null,
    remedy text not null
);

create trigger append_only before update or delete or truncate on {schema}.tile_hash
for each statement execute function {schema}.refuse_change();
create trigger append_only before update or delete or truncate on {schema}.checkpoint
for each statement execute function {schema}.refuse_change();
create trigger append_only before update or delete or truncate on {schema}.cosignature
for each statement execute function {schema}.refuse_change();
create trigger append_only before update or delete or truncate on {schema}.log_key
for each statement execute function {schema}.refuse_change();
create trigger append_only before update or delete or truncate on {schema}.notary_notice
for each statement execute function {schema}.refuse_change();
alter table {schema}.tile_hash enable always trigger append_only;
alter table {schema}.checkpoint enable always trigger append_only;
alter table {schema}.cosignature enable always trigger append_only;
alter table {schema}.log_key enable always trigger append_only;
alter table {schema}.notary_notice enable always trigger append_only;

-- Only the columns that are given: numbers and times are the database's own.
grant select on {schema}.tile_hash, {schema}.checkpoint, {schema}.cosignature, {schema}.log_key,
    {schema}.notary_notice to {app_role};
grant insert on {schema}.tile_hash, {schema}.cosignature to {app_role};
grant insert (origin, size, note) on {schema}.checkpoint to {app_role};
grant insert (origin, vkey, last_size) on {schema}.log_key to {app_role};
grant insert (closes, problem, remedy) on {schema}.notary_notice to {app_role};
