-- Entries that were signed, and in whose place the ledger has another one, or none: as after an older
-- backup was restored. The notary finds them, by what its folder remembers. Those that are noted
-- together have one number as their `loss`, and a later loss has a larger one. What was brought back
-- stays noted, and counts for nothing while it stands in the ledger.
create table {schema}.lost_entry (
    loss bigint not null check (loss > 0),
    position bigint not null check (position > 0),
    leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
    noted_at timestamptz not null default clock_timestamp(),
    primary key (position, leaf_hash)
);

create trigger append_only before update or delete or truncate on {schema}.lost_entry
for each statement execute function {schema}.refuse_change();
alter table {schema}.lost_entry enable always trigger append_only;

grant select on {schema}.lost_entry to {app_role};
grant insert (loss, position, leaf_hash) on {schema}.lost_entry to {app_role};
