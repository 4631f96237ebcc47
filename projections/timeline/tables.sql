-- The timeline: one row per entry, written once. `corrects` is the position that a correction names,
-- so that what was corrected later is found without changing its row.
create table {schema}.timeline_item{suffix} (
    position bigint primary key,
    partnership text collate "C" not null,
    corrects bigint,
    item bytea not null
);
create index on {schema}.timeline_item{suffix} (partnership, position);
create index on {schema}.timeline_item{suffix} (corrects, position) where corrects is not null;

-- What the next entry is folded into: one row per partnership.
create table {schema}.timeline_state{suffix} (
    partnership text collate "C" primary key,
    stage text not null,
    state bytea not null,
    dossier bytea not null
);
