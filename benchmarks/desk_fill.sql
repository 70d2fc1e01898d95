-- A discom of so many connections on 10,000 transformers, made by SQL alone; for
-- benchmarks/desk.py. Names repeat as they do in life: a few are very common.
select setseed(0.42);

create temporary table first_name as
select row_number() over () as n, split_part(name, '/', 1) as en,
    split_part(name, '/', 2) as hi
from unnest(string_to_array(
    'Ram/राम,Shyam/श्याम,Sunita/सुनीता,Ramesh/रमेश,Suresh/सुरेश,Anita/अनीता,Rajesh/राजेश,'
    'Sanjay/संजय,Manoj/मनोज,Geeta/गीता,Vijay/विजय,Ajay/अजय,Rekha/रेखा,Mohan/मोहन,'
    'Sohan/सोहन,Kamla/कमला,Vimla/विमला,Asha/आशा,Usha/उषा,Dinesh/दिनेश,Mukesh/मुकेश,'
    'Rakesh/राकेश,Santosh/संतोष,Ashok/अशोक,Vinod/विनोद,Pramod/प्रमोद,Deepak/दीपक,'
    'Pankaj/पंकज,Anil/अनिल,Sunil/सुनील,Naresh/नरेश,Mahesh/महेश,Ganesh/गणेश,Kailash/कैलाश,'
    'Lakshmi/लक्ष्मी,Saraswati/सरस्वती,Parvati/पार्वती,Meena/मीना,Seema/सीमा,Reena/रीना,'
    'Mohammad/मोहम्मद,Salma/सलमा,Shabnam/शबनम,Imran/इमरान,Irfan/इरफ़ान,Faizal/फ़ैज़ल,'
    'Gurpreet/गुरप्रीत,Harpreet/हरप्रीत,Jaspal/जसपाल,Chandra/चन्द्र,Krishna/कृष्ण,'
    'Gopal/गोपाल,Bhola/भोला,Chhotelal/छोटेलाल,Ghanshyam/घनश्याम,Jhuri/झूरी,Thakur/ठाकुर,'
    'Zubeda/ज़ुबेदा,Qamar/क़मर,Yashoda/यशोदा', ',')) as name;

create temporary table last_name as
select row_number() over () as n, split_part(name, '/', 1) as en,
    split_part(name, '/', 2) as hi
from unnest(string_to_array(
    'Kumar/कुमार,Devi/देवी,Singh/सिंह,Yadav/यादव,Verma/वर्मा,Gupta/गुप्ता,Sharma/शर्मा,'
    'Mishra/मिश्रा,Pandey/पांडेय,Tiwari/तिवारी,Chaudhary/चौधरी,Khan/ख़ान,Ansari/अंसारी,'
    'Maurya/मौर्य,Patel/पटेल,Srivastava/श्रीवास्तव,Saxena/सक्सेना,Shukla/शुक्ला,Dubey/दुबे,'
    'Tripathi/त्रिपाठी,Dwivedi/द्विवेदी,Chaturvedi/चतुर्वेदी,Upadhyay/उपाध्याय,Agrawal/अग्रवाल,'
    'Jaiswal/जायसवाल,Kesarwani/केसरवानी,Nishad/निषाद,Rajput/राजपूत,Siddiqui/सिद्दीक़ी,'
    'Qureshi/क़ुरैशी,Bharti/भारती,Gautam/गौतम,Sonkar/सोनकर,Vishwakarma/विश्वकर्मा,'
    'Prajapati/प्रजापति,Kashyap/कश्यप,Rawat/रावत,Bisht/बिष्ट,Lodhi/लोधी,Bhaduria/भदौरिया',
    ',')) as name;

-- The tree: 4 zones, 16 circles, 64 divisions, 256 sub-divisions and substations, 1,000
-- feeders, 10,000 transformers.
create temporary table tree (id bigint, parent bigint, kind text, code text, en text, hi text);
insert into tree values (1, null, 'discom', 'BENCH', 'Bench Vitran Nigam', 'बेंच वितरण निगम');
insert into tree select 1 + n, 1, 'zone', 'Z' || n, 'Zone ' || n, 'क्षेत्र ' || n
from generate_series(1, 4) as n;
insert into tree select 5 + n, 1 + (n + 3) / 4, 'circle', 'C' || n, 'Circle ' || n, 'मंडल ' || n
from generate_series(1, 16) as n;
insert into tree select 21 + n, 5 + (n + 3) / 4, 'division', 'D' || n, 'Division ' || n,
    'खंड ' || n
from generate_series(1, 64) as n;
insert into tree select 85 + n, 21 + (n + 3) / 4, 'subdivision', 'SD' || n,
    'Sub-division ' || n, 'उपखंड ' || n
from generate_series(1, 256) as n;
insert into tree select 341 + n, 85 + n, 'substation', 'SS' || n, 'Substation ' || n,
    'उपकेन्द्र ' || n
from generate_series(1, 256) as n;
insert into tree select 597 + n, 342 + (n - 1) %% 256, 'feeder', 'F' || n, 'Feeder ' || n,
    'फीडर ' || n
from generate_series(1, 1000) as n;
insert into tree select 1597 + n, 598 + (n - 1) %% 1000, 'transformer', 'T' || n,
    'Transformer ' || n, 'ट्रांसफार्मर ' || n
from generate_series(1, 10000) as n;

insert into grid_node (id, discom_id, code, kind, profile, opened_on)
select id, case when parent is not null then 1 end, code, kind,
    case when parent is null then 'up' else '' end, date '2015-04-01'
from tree order by id;
insert into grid_nodefact (node_id, from_day, parent_id, name_en, name_hi, why, recorded_at)
select id, date '2015-04-01', parent, en, hi, '', now() from tree order by id;

create temporary table home as
select
    drawn.n as id,
    1598 + (drawn.n - 1) %% 10000 as transformer_id,
    f.en || case when drawn.n %% 10 < 3 then ' ' || m.en else '' end || ' ' || l.en as name_en,
    f.hi || case when drawn.n %% 10 < 3 then ' ' || m.hi else '' end || ' ' || l.hi as name_hi,
    '+91' || (9000000000 + (drawn.n::bigint * 7919) %% 999999999)::text as mobile
from (
    select
        n,
        1 + floor(60 * power(random(), 2))::int as f,
        1 + floor(40 * power(random(), 2))::int as l,
        1 + floor(4 * random())::int as m
    from generate_series(1, %(homes)s) as n
) as drawn
join first_name as f on f.n = drawn.f
join last_name as l on l.n = drawn.l
join last_name as m on m.n = drawn.m;

insert into connections_consumer
    (id, consumer_number, name_en, name_hi, mobile, language)
select id, (7310000000 + id)::text, name_en, name_hi, mobile, 'hi' from home order by id;
insert into connections_connection (id, consumer_id, transformer_id)
select id, id, transformer_id from home order by id;
insert into connections_connectionplace (connection_id, from_day, transformer_id)
select id, date '2023-04-01', transformer_id from home order by id;
insert into connections_connectionfact
    (connection_id, from_day, category, sanctioned_load_w, payment_mode, mode_since)
select id, date '2023-04-01', 'LMV-1.10B', 2000, 'prepaid', date '2023-04-01'
from home order by id;
insert into connections_meter (id, serial, system_title, host, port)
select id, 'BEN' || lpad(id::text, 8, '0'), convert_to(lpad(id::text, 8, '0'), 'UTF8'),
    '10.' || id / 65536 || '.' || (id / 256) %% 256 || '.' || id %% 256, 4059
from home order by id;
insert into connections_installation
    (id, connection_id, meter_id, installed_on, initial_register_wh)
select id, id, id, date '2023-04-01', 0 from home order by id;
insert into supply_supply (connection_id, state, since)
select id, case when id %% 40 = 0 then 'off' else 'on' end, timestamptz '2026-03-01'
from home order by id;
insert into ledger_account (id, book, head, owner_id)
select id, 'wallet', '', id from home order by id;
insert into ledger_wallet (account_id, owner_id, balance_paise, as_of)
select id, id, (id * 37) %% 90000 - 5000, timestamptz '2026-04-01' from home order by id;
insert into headend_metercontact
    (meter_id, last_tried_at, last_heard_at, failures_in_a_row, read_not_before, last_error,
    alert_word)
select id, timestamptz '2026-04-02', timestamptz '2026-04-02'
    - case when id %% 50 = 0 then interval '9 days' else interval '0' end,
    0, timestamptz '2026-04-02', '', ''
from home order by id;

-- One day of everybody, and three years of the measured homes: some everywhere, and some
-- of the first sub-division.
create temporary table measured as
(select id from home order by md5(id::text) limit 300)
union
(
    select home.id
    from home
    join tree as transformer on transformer.id = home.transformer_id
    join tree as feeder on feeder.id = transformer.parent and feeder.parent = 342
    order by md5(home.id::text)
    limit 30
);

insert into charges_ratedorder (sha256, text) values ('', '');
insert into charges_ratedschedule (id, order_sha256, category, above_w)
values (1, '', 'LMV-1.10B', 0);
insert into charges_daycharge
    (connection_id, meter_id, day, version, because, charged_at, energy_wh,
    opening_register_wh, closing_register_wh, is_estimated, is_provisional, schedule_id,
    part_from, part_days, mtd_energy_wh, selecting_wh, mtd_windows_wh, mtd_days,
    sanctioned_load_w, max_demand_w, demand_excused, fppas_basis_points,
    fppas_carried_micropaise, is_prepaid, mtd_energy_paise, mtd_time_of_day_paise,
    mtd_fixed_paise, mtd_excess_demand_paise, mtd_subsidy_paise, mtd_scheme_paise,
    mtd_fppas_paise, mtd_duty_paise, mtd_rebate_paise, mtd_minimum_paise, total_paise,
    posted_paise, posted_wh, shock_paise)
select lived.id, lived.id, lived.day, 0, 'first',
    (lived.day + 1)::timestamptz + interval '1 hour', 5000, lived.n * 5000,
    lived.n * 5000 + 5000, false, false, 1, date_trunc('month', lived.day)::date, 1, 5000,
    5000, '{}', 1, 2000, 1500, false, 0, 0, true, 2500, 0, 300, 0, 0, 0, 0, 150, 0, 0, 2950,
    2950, 5000, 0
from (
    select id, date '2026-03-31' as day, 1094 as n from home
    union all
    select measured.id, date '2023-04-01' + n, n
    from measured, generate_series(0, 1093) as n
) as lived
order by lived.day, lived.id;
insert into readings_registerreading
    (meter_id, day, register_wh, source, in_force, received_at)
select meter_id, day, closing_register_wh, 'daily profile', true, charged_at
from charges_daycharge order by id;
insert into payments_payment
    (order_id, connection_id, gateway, gateway_payment_id, amount_paise, captured_at,
    credited_at)
select '00000000-0000-0000-0000-000000000000', measured.id, 'pretend',
    measured.id || ' ' || n, 50000, day, day
from measured, generate_series(0, 36) as n,
    lateral (select timestamptz '2023-04-05 12:00+05:30' + n * interval '30 days' as day) as d
order by n, measured.id;
insert into notices_notice
    (kind, source, connection_id, mobile, language, sender, template_id, text, state,
    parameters, urgency, is_always_told, channel, given_up, created_at, due_at, sent_at,
    attempts, last_error)
select 'recharged', payment.gateway_payment_id, payment.connection_id, '+919000000000', 'hi',
    'BIJLI', '1', 'रीचार्ज मिल गया', 'sent', '{}', 2, false, 'pretend_phone', '',
    payment.credited_at, payment.credited_at, payment.credited_at, 1, ''
from payments_payment as payment order by id;
insert into supply_supplychange
    (connection_id, event, state_before, state_after, at, because, policy)
select connection_id, 'relay read back closed', 'on', 'on', credited_at, 'bench', ''
from payments_payment order by id;

select setval(pg_get_serial_sequence(name, 'id'), %(homes)s + 20000)
from unnest(array['grid_node', 'connections_consumer', 'connections_connection',
    'connections_meter', 'connections_installation', 'ledger_account']) as name;
