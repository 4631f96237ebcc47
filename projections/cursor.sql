-- How far each projection has read. `suffix` is empty for the live tables. `counted` holds the number
-- of events up to the position by their type: what was read can be weighed against the ledger.
create table if not exists {schema}.projection_cursor (
    projection text not null,
    suffix text not null,
    version integer not null,
    position bigint not null,
    leaf_hash bytea not null,
    counted jsonb not null,
    primary key (projection, suffix)
);
