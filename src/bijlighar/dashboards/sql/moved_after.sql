-- By how many paise a balance changed after a point of its time line: recharges less charges.
select (
    (
        select coalesce(sum(amount_paise), 0) from payments_payment
        where
            connection_id = %(id)s
            and (credited_at > %(until)s
                or (credited_at = %(until)s and id >= %(tie_recharge)s))
    )
    - (
        select coalesce(sum(posted_paise), 0) from charges_daycharge
        where
            connection_id = %(id)s
            and (charged_at > %(until)s or (charged_at = %(until)s and id >= %(tie_charge)s))
    )
)::bigint as moved_paise
