-- How far each projection has read. `suffix` ends the names of its tables, `tables` are these names.
-- `counted` holds the number of events up to the position by their type, those that are parked left
-- out: what was read can be weighed against the ledger.
create table if not exists {schema}.projection_cursor (
    projection text not null,
    suffix text not null,
    version integer not null,
    position bigint not null,
    leaf_hash bytea not null,
    counted jsonb not null,
    primary key (projection, suffix)
);

-- Asked first: altering locks the table, also where there is nothing to alter.
do $$ begin
    if not exists (
        select from pg_attribute
        where attrelid = '{schema}.projection_cursor'::regclass and attname = 'tables'
    ) then
        alter table {schema}.projection_cursor add column tables text[] not null default '{}';
    end if;
end $$;

-- Events that are not in the tables: one that could not be followed, and what came later of the same
-- keys, with an empty `reason`. `release` is the one that tried last. `parked_at` tells operators.
create table if not exists {schema}.projection_parked (
    projection text not null,
    suffix text not null,
    position bigint not null,
    type text not null,
    keys text[] not null,
    reason text not null,
    release text not null,
    parked_at timestamptz not null default now(),
    primary key (projection, suffix, position)
);
