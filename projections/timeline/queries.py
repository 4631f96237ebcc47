"""The statements of the audit log; `{where}` are the filters, as `reader.py` puts them together."""

# Newest first. What an entry was corrected by is told as known at the position asked about.
LOG = """
    select t.position, t.item, t.recorder, t.role, t.body, t.community, t.home, t.counterpart,
        (select max(k.position) from {schema}.timeline_item k
         where k.corrects = t.position and {corrected}) as corrected_by
    from {schema}.timeline_item t
    where {where}
    order by {position} {order} limit {limit}
"""
COUNTS = """
    select t.kind, count(*) as n from {schema}.timeline_item t
    where {where} group by t.kind order by t.kind
"""
THERE_IS = "select exists (select from {schema}.timeline_item t where {where})"
SHOWN = "select coalesce(max(position), 0) from {schema}.timeline_item"
