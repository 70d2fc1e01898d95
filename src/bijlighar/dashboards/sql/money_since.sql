-- Wallets together, and what was credited and deducted since an instant, in paise.
select
    (select coalesce(sum(balance_paise), 0) from ledger_wallet)::bigint as wallets_paise,
    (
        select coalesce(sum(amount_paise), 0) from payments_payment
        where credited_at >= %(since)s
    )::bigint as recharged_paise,
    (
        select coalesce(sum(total_paise), 0) from charges_daycharge
        where charged_at >= %(since)s
    )::bigint as charged_paise
