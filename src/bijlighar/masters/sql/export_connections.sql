-- Connections with consumer, facts of today, place, meter, balance and supply.
select
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    case
        when place.shows_contact then consumer.mobile
        else '••••••' || right(consumer.mobile, 4)
    end,
    consumer.language,
    fact.category,
    trim_scale(fact.sanctioned_load_w / 1000.0),
    fact.payment_mode,
    fact.from_day,
    node.code,
    discom.code,
    meter.serial,
    case when place.shows_money then (wallet.balance_paise / 100.0)::numeric(20, 2) end,
    supply.state,
    supply.since
from connections_connection as held
join place on place.id = held.transformer_id
join connections_consumer as consumer on consumer.id = held.consumer_id
join grid_node as node on node.id = held.transformer_id
join grid_node as discom on discom.id = node.discom_id
left join lateral (
    select latest.* from connections_connectionfact as latest
    where latest.connection_id = held.id
    order by latest.from_day desc
    limit 1
) as fact on true
left join connections_installation as hangs
    on hangs.connection_id = held.id and hangs.removed_on is null
left join connections_meter as meter on meter.id = hangs.meter_id
left join ledger_wallet as wallet on wallet.owner_id = held.id
left join supply_supply as supply on supply.connection_id = held.id
order by consumer.consumer_number
