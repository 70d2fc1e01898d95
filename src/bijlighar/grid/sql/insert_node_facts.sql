-- Keeps what holds for nodes that were just opened, from their first day on.
insert into grid_nodefact
    (node_id, from_day, parent_id, name_en, name_hi, latitude, longitude, why, recorded_at)
select
    node.id, one.day, parent.id, one.name_en, one.name_hi, one.latitude, one.longitude, '',
    %(now)s
from unnest(
    %(discoms)s::text[],
    %(codes)s::text[],
    %(parents)s::text[],
    %(names_en)s::text[],
    %(names_hi)s::text[],
    %(days)s::date[],
    %(latitudes)s::numeric[],
    %(longitudes)s::numeric[]
) as one (discom, code, parent, name_en, name_hi, day, latitude, longitude)
join grid_node as discom on discom.code = one.discom and discom.discom_id is null
join grid_node as node on node.discom_id = discom.id and node.code = one.code
join grid_node as parent
    on parent.code = one.parent and coalesce(parent.discom_id, parent.id) = discom.id
