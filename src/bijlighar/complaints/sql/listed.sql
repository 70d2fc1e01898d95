-- The complaints of some areas that are asked for, one page: id, and number and names of
-- the consumer where it is a connection's.
select
    complaint.id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi
from complaints_complaint as complaint
left join connections_connection as place on place.id = complaint.connection_id
left join connections_consumer as consumer on consumer.id = place.consumer_id
where
    exists (
        select 1 from grid_reach as reach
        where
            reach.node_id = case
                when complaint.connection_id is null then complaint.transformer_id
                else place.transformer_id
            end
            and reach.area_id = any(%(areas)s::bigint[])
    )
    and complaint.is_vigilance = %(vigilance)s
    and case
        when %(state)s = '' then complaint.state <> 'closed'
        else complaint.state = %(state)s
    end
    and (%(class_name)s = '' or complaint.class_name = %(class_name)s)
    and (%(channel)s = '' or complaint.channel = %(channel)s)
    and (%(role)s = '' or complaint.level_role = %(role)s)
    and (
        %(assignee)s::bigint is null or complaint.assignee_id = %(assignee)s::bigint
    )
    and (
        %(incident)s::bigint is null or complaint.incident_id = %(incident)s::bigint
    )
    and (
        not %(overdue)s
        or complaint.due_at <= coalesce(
            complaint.closed_at, complaint.stopped_at, %(now)s::timestamptz
        )
    )
order by {order}
limit %(limit)s offset %(offset)s
