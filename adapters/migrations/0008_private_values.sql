-- Private values: what an event only commits to, sealed under keys that this database never sees. Why
-- each piece is as it is stands in adapters/private/README.md.

-- One row per private value that was not erased. Its data key is kept elsewhere under the commitment
-- that the leaf at `position` has for `field`; the salt is sealed with the value.
create table {schema}.private_value (
    position bigint not null,
    field text collate "C" not null,
    ciphertext bytea not null,
    primary key (position, field)
);

create trigger append_only before update or truncate on {schema}.private_value
for each statement execute function {schema}.refuse_change();
alter table {schema}.private_value enable always trigger append_only;

-- append() with private values, in one transaction with it: element n of the last three arrays is the
-- field `private_fields[n]` of the group's event `private_events[n]`, counted from 1. It answers as
-- append() does; where nothing was appended, nothing is kept.
create function {schema}.append_private(
    keys uuid[], digests bytea[], replies bytea[], first_events int[], last_events int[],
    proposed timestamptz, leaves bytea[], leaf_hashes bytea[], stamps_at int[],
    tags_1 bigint[], tags_2 bigint[], tags_3 bigint[], tags_4 bigint[],
    more_tags bigint[], more_tagged int[],
    condition_tags bigint[], condition_afters bigint[], condition_submissions int[],
    private_events int[], private_fields text[], ciphertexts bytea[]
)
returns table (
    submission int, verdict text, from_position bigint, to_position bigint,
    at timestamptz, first_leaf bytea, first_reply bytea
)
language plpgsql volatile security definer
set search_path = {schema}, pg_temp
as $$
begin
    for submission, verdict, from_position, to_position, at, first_leaf, first_reply in
        select a.* from append(
            keys, digests, replies, first_events, last_events, proposed, leaves, leaf_hashes,
            stamps_at, tags_1, tags_2, tags_3, tags_4, more_tags, more_tagged,
            condition_tags, condition_afters, condition_submissions
        ) a
    loop
        if verdict = 'appended' then
            insert into private_value (position, field, ciphertext)
            select from_position + u.event, u.field, u.ciphertext
            from unnest(private_events, private_fields, ciphertexts) u (event, field, ciphertext);
        end if;
        return next;
    end loop;
end
$$;

-- Removes one sealed value, whose key is gone by then. The only way in which a row ever goes.
create function {schema}.erase_private(erased_position bigint, erased_field text) returns void
language sql volatile security definer
set search_path = {schema}, pg_temp
as $$
    delete from private_value where position = erased_position and field = erased_field
$$;

revoke all on all functions in schema {schema} from public;
grant select on {schema}.private_value to {app_role};
grant execute on function {schema}.append_private to {app_role};
grant execute on function {schema}.erase_private to {app_role};
