-- The proposals below some areas, one page: every column and whether the viewer may decide.
select
    proposal.*,
    can.may_decide
from proposals_proposal as proposal
cross join lateral (
    select
        proposal.state = 'open'
        and proposal.made_by <> %(viewer)s
        and proposal.expires_at > %(now)s
        and exists (
            select 1
            from unnest(%(kinds)s::text [], %(approving)s::bigint []) as may (kind, area_id)
            inner join grid_reach as reach on may.area_id = reach.area_id
            where may.kind = proposal.kind and reach.node_id = proposal.place_id
        ) as may_decide
) as can
where
    proposal.place_id in (
        select reach.node_id from grid_reach as reach
        where reach.area_id = any(%(areas)s::bigint [])
    )
    and (%(show)s <> 'mine' or proposal.made_by = %(viewer)s)
    and (%(show)s <> 'decide' or can.may_decide)
    and (%(kind)s = '' or proposal.kind = %(kind)s)
    and (%(state)s = '' or proposal.state = %(state)s)
    and (%(maker)s = '' or position(lower(%(maker)s) in lower(proposal.made_name)) > 0)
    and (%(subject_kind)s = '' or proposal.subject_kind = %(subject_kind)s)
    and (%(subject_id)s = '' or proposal.subject_id = %(subject_id)s)
order by {order}
limit %(limit)s offset %(offset)s
