-- What compliance reports count: one row per entry that says something to them, written once. A
-- report known at a position reads the rows up to there, so no row ever changes.
create table {schema}.compliance_fact{suffix} (
    partnership text collate "C" not null,
    position bigint not null,
    fact bytea not null,
    primary key (partnership, position)
);
