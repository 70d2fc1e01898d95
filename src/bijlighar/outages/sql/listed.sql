-- Outages of the areas, those that begin last first, with the name of what is out.
select
    outage.id as outage_id,
    outage.kind,
    outage.node_id,
    outage.starts_at,
    outage.until,
    outage.reason,
    outage.state,
    outage.ended_at,
    outage.version,
    outage.entered_by,
    outage.entered_at
from outages_outage as outage
where
    outage.node_id in (
        select reached.node_id from grid_reach as reached where reached.area_id = any(%(areas)s)
    )
    and (%(id)s::bigint is null or outage.id = %(id)s::bigint)
    and (
        not %(standing)s
        or (
            outage.state = 'stands'
            and (outage.kind = 'unplanned' or outage.until > %(now)s)
        )
    )
order by outage.starts_at desc, outage.id desc
limit %(limit)s offset %(offset)s
