-- One proposal, where it lies below one of some areas: every column.
select proposal.*
from proposals_proposal as proposal
where
    proposal.id = %(id)s
    and proposal.place_id in (
        select reach.node_id from grid_reach as reach
        where reach.area_id = any(%(areas)s::bigint [])
    )
