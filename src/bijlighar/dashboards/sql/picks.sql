-- Every home with supply and balance, by consumer number: for the demo's start page, whose
-- town has a thousand homes at most.
select
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    wallet.balance_paise,
    supply.state
from connections_connection as connection
join connections_consumer as consumer on consumer.id = connection.consumer_id
join supply_supply as supply on supply.connection_id = connection.id
join ledger_wallet as wallet on wallet.owner_id = connection.id
order by consumer.consumer_number
limit %(limit)s
