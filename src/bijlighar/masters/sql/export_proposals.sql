-- Proposals about these areas and how they were decided.
select
    proposal.made_at,
    proposal.made_name,
    proposal.kind,
    proposal.subject_kind || ' ' || proposal.subject_id,
    node.code,
    proposal.why,
    proposal.state,
    proposal.decided_at,
    proposal.decided_name,
    proposal.decided_why
from proposals_proposal as proposal
join place on place.id = proposal.place_id
join grid_node as node on node.id = proposal.place_id
order by proposal.made_at, proposal.id
