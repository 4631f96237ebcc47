-- The timeline: one row per entry, written once. `corrects` is the position that a correction names,
-- so that what was corrected later is found without changing its row. `recorder` is the pseudonym of
-- who recorded it, `community` the one they act for; `parties` are the two communities, by identifier
-- and by name without case and accents, as `home` and `counterpart` were called after the entry. `possible_from`
-- is the first day on which the act can have taken place: that of its date, or of its recording.
create table {schema}.timeline_item{suffix} (
    position bigint primary key,
    partnership text collate "C" not null,
    corrects bigint,
    kind text collate "C" not null,
    type text collate "C" not null,
    recorder text collate "C" not null,
    role text not null,
    body text collate "C" not null,
    community text not null,
    parties text[] collate "C" not null,
    home text not null,
    counterpart text not null,
    possible_from date not null,
    item bytea not null
);
create index on {schema}.timeline_item{suffix} (partnership, position);
create index on {schema}.timeline_item{suffix} (corrects, position) where corrects is not null;
create index on {schema}.timeline_item{suffix} (kind, type, position);
create index on {schema}.timeline_item{suffix} (recorder, position);
create index on {schema}.timeline_item{suffix} (body, position);
create index on {schema}.timeline_item{suffix} using gin (parties);

-- What the next entry is folded into: one row per partnership.
create table {schema}.timeline_state{suffix} (
    partnership text collate "C" primary key,
    stage text not null,
    state bytea not null,
    dossier bytea not null
);
