-- Which brands, people, places, events and titles do the posts name most, and with which sentiment?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
-- Handles of accounts are left out: an entity with an @ in it or in front of it.
with posts as (
    select
        id,
        text,
        text_entities,
        sentiment,
        sentimentposscore - sentimentnegscore as balance
    from tweets
    where dt between ? and ?
),

mentions as (
    select distinct
        p.id,
        p.text_entities[t.i]."text" as entity,
        p.text_entities[t.i]."type" as type,
        p.sentiment,
        p.balance
    from posts as p
    cross join unnest(if(cardinality(p.text_entities) > 0, sequence(1, cardinality(p.text_entities)))) as t (i)
    where
        p.text_entities[t.i]."type" in (
            'COMMERCIAL_ITEM', 'EVENT', 'LOCATION', 'ORGANIZATION', 'PERSON', 'TITLE'
        )
        and strpos(p.text_entities[t.i]."text", '@') = 0
        and substr(p.text, p.text_entities[t.i]."begin_offset", 1) <> '@'
)

select
    entity,
    type,
    count(*) as posts,
    count_if(sentiment = 'POSITIVE') as positive,
    count_if(sentiment = 'NEGATIVE') as negative,
    count_if(sentiment = 'NEUTRAL') as neutral,
    count_if(sentiment = 'MIXED') as mixed,
    round(avg(balance), 3) as mean_balance
from mentions
group by entity, type
order by posts desc, entity asc, type asc
limit 50
