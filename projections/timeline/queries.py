"""What is asked of the timeline. `{where}` are filters, as `reader.py` puts them together.

What an entry was corrected by is the latest correction that names it, as known at the position.
"""

OF = """
    select t.item,
        (select max(k.position) from {schema}.timeline_item{suffix} k
         where k.corrects = t.position and ($2::bigint is null or k.position <= $2)) as corrected_by
    from {schema}.timeline_item{suffix} t
    where t.partnership = $1 and ($2::bigint is null or t.position <= $2)
        and t.position > $3 and ($4::date is null or t.possible_from <= $4)
    order by t.position limit $5
"""
COUNT_OF = """
    select count(*) from {schema}.timeline_item{suffix} t
    where t.partnership = $1 and ($2::bigint is null or t.position <= $2)
        and ($3::date is null or t.possible_from <= $3)
"""
LOG = """
    select t.position, t.item, t.recorder, t.role, t.body, t.community, t.home, t.counterpart,
        (select max(k.position) from {schema}.timeline_item{suffix} k
         where k.corrects = t.position and {corrected}) as corrected_by
    from {schema}.timeline_item{suffix} t
    where {where}
    order by {position} {order} limit {limit}
"""
COUNTS = """
    select t.kind, count(*) as n from {schema}.timeline_item{suffix} t
    where {where} group by t.kind order by t.kind
"""
THERE_IS = "select exists (select from {schema}.timeline_item{suffix} t where {where})"
SHOWN = "select coalesce(max(position), 0) from {schema}.timeline_item{suffix}"
