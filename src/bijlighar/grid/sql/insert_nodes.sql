-- Opens nodes below a discom; what holds for them comes with insert_node_facts.
insert into grid_node (discom_id, code, kind, profile, opened_on)
select discom.id, one.code, one.kind, '', one.day
from unnest(%(discoms)s::text[], %(codes)s::text[], %(kinds)s::text[], %(days)s::date[])
    as one (discom, code, kind, day)
left join grid_node as discom on discom.code = one.discom and discom.discom_id is null
