-- How many homes below each transformer of a feeder complain of darkness since an instant.
select
    complaint.transformer_id,
    count(distinct complaint.connection_id) as homes
from complaints_complaint as complaint
where
    complaint.reports_outage
    and complaint.state <> 'closed'
    and complaint.opened_at >= %(since)s
    and complaint.transformer_id in (
        select reach.node_id from grid_reach as reach where reach.area_id = %(feeder)s
        union all
        select %(transformer)s
    )
group by complaint.transformer_id
