-- What was read of a supply day, by meter, summed up for every transformer and every area
-- above it, with how long relay commands and readings on demand of that day took.
with hung as materialized (
    select place.transformer_id, installation.meter_id
    from connections_installation as installation
    join connections_connection as place on place.id = installation.connection_id
    where
        installation.installed_on <= %(day)s
        and (installation.removed_on is null or installation.removed_on > %(day)s)
),

block as (
    select
        reading.meter_id,
        least(
            48,
            coalesce(
                sum(cardinality(reading.energies_wh))
                    filter (where reading.received_at <= %(in_a_day)s),
                0
            )
        ) as in_a_day,
        least(48, sum(cardinality(reading.energies_wh))) as at_all
    from hung
    join readings_blockreading as reading
        on reading.meter_id = hung.meter_id and reading.day = %(day)s
    group by reading.meter_id
),

leaf as materialized (
    select
        hung.transformer_id,
        count(*) as meters,
        count(*) filter (where register.received_at <= %(on_time)s) as read_on_time,
        count(*) filter (where register.received_at <= %(in_a_day)s) as read_in_a_day,
        count(register.received_at) as read_at_all,
        coalesce(sum(block.in_a_day), 0) as blocks_in_a_day,
        coalesce(sum(block.at_all - block.in_a_day), 0) as blocks_filled
    from hung
    left join readings_registerreading as register
        on
            register.meter_id = hung.meter_id
            and register.day = %(day)s
            and register.in_force
    left join block on block.meter_id = hung.meter_id
    group by hung.transformer_id
),

-- How long each took: the number of its step from 1, one more than the last for never.
took as (
    select
        place.transformer_id,
        'command' as what,
        case
            when command.state = 'confirmed' then 1 + (
                select count(*) from unnest(%(steps)s::integer[]) as step (ends)
                where
                    step.ends
                    < extract(epoch from command.ended_at - command.requested_at)
            )
            else %(last_step)s
        end as step
    from headend_relaycommand as command
    join connections_connection as place on place.id = command.connection_id
    where
        command.requested_at >= %(starts)s
        and command.requested_at < %(ends)s
        and command.state <> 'cancelled'
        and (command.state = 'confirmed' or command.requested_at < %(waited)s)
    union all
    select
        place.transformer_id,
        'read' as what,
        case
            when asked.outcome = 'done' then 1 + (
                select count(*) from unnest(%(steps)s::integer[]) as step (ends)
                where step.ends < extract(epoch from asked.ended_at - asked.asked_at)
            )
            else %(last_step)s
        end as step
    from headend_ondemandread as asked
    join connections_installation as installation
        on installation.meter_id = asked.meter_id and installation.removed_on is null
    join connections_connection as place on place.id = installation.connection_id
    where
        asked.asked_at >= %(starts)s
        and asked.asked_at < %(ends)s
        and (asked.ended_at is not null or asked.asked_at < %(waited)s)
),

stepped as (
    select reach.area_id, took.what, took.step, count(*) as many
    from took
    join grid_reach as reach on reach.node_id = took.transformer_id
    group by reach.area_id, took.what, took.step
),

laid_out as (
    select
        known.area_id,
        known.what,
        array_agg(coalesce(stepped.many, 0) order by step.number)::integer[] as steps
    from (select distinct area_id, what from stepped) as known
    cross join generate_series(1, %(last_step)s) as step (number)
    left join stepped
        on
            stepped.area_id = known.area_id
            and stepped.what = known.what
            and stepped.step = step.number
    group by known.area_id, known.what
)

insert into dashboards_servicelevel (
    day, node_id, meters, read_on_time, read_in_a_day, read_at_all,
    blocks_in_a_day, blocks_filled, command_steps, read_steps, counted_at
)
select
    %(day)s,
    reach.area_id,
    sum(leaf.meters),
    sum(leaf.read_on_time),
    sum(leaf.read_in_a_day),
    sum(leaf.read_at_all),
    sum(leaf.blocks_in_a_day),
    sum(leaf.blocks_filled),
    coalesce(max(commands.steps), '{}'),
    coalesce(max(reads.steps), '{}'),
    %(now)s
from leaf
join grid_reach as reach on reach.node_id = leaf.transformer_id
left join laid_out as commands
    on commands.area_id = reach.area_id and commands.what = 'command'
left join laid_out as reads on reads.area_id = reach.area_id and reads.what = 'read'
group by reach.area_id
