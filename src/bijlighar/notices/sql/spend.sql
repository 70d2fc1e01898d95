-- Adds to what a channel was given on a day.
insert into notices_channelday (channel, day, messages, paise)
values (%(channel)s, %(day)s, %(messages)s, %(paise)s)
on conflict (channel, day) do update set
    messages = notices_channelday.messages + excluded.messages,
    paise = notices_channelday.paise + excluded.paise
