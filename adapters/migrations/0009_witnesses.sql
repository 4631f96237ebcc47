-- Whom the register asks to cosign its checkpoints, and what came of it. The cosignatures themselves
-- are in `cosignature`. Why each piece is as it is stands in adapters/witness/README.md.

-- The witnesses with their addresses and the quorum, as a policy file without the log (C2SP
-- tlog-policy). The last row counts; an empty text means that nobody is asked.
create table {schema}.witness_policy (
    number bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    policy text not null
);

-- What there is to say of a witness; its last row counts, and an empty `problem` means that it signs.
-- In a `conflict` it says that it has signed another history.
create table {schema}.witness_notice (
    number bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    name text not null,
    key_id bytea not null check (octet_length(key_id) = 4),
    conflict boolean not null,
    problem text not null,
    remedy text not null
);

-- The last word of each witness, however long its story is.
create index witness_notice_of on {schema}.witness_notice (name, key_id, number);
create index cosignature_of on {schema}.cosignature (origin, name, key_id, size, at);

create trigger append_only before update or delete or truncate on {schema}.witness_policy
for each statement execute function {schema}.refuse_change();
create trigger append_only before update or delete or truncate on {schema}.witness_notice
for each statement execute function {schema}.refuse_change();
alter table {schema}.witness_policy enable always trigger append_only;
alter table {schema}.witness_notice enable always trigger append_only;

grant select on {schema}.witness_policy, {schema}.witness_notice to {app_role};
grant insert (policy) on {schema}.witness_policy to {app_role};
grant insert (name, key_id, conflict, problem, remedy) on {schema}.witness_notice to {app_role};
