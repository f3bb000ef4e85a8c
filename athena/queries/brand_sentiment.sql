-- What is the sentiment of posts that name a brand (organisation or commercial item), week by week?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with mentions as (
    select distinct
        p.id,
        date_trunc('week', p.posted_on) as week,
        lower(p.text_entities[t.i]."text") as brand,
        p.sentiment,
        p.sentimentposscore - p.sentimentnegscore as balance
    from tweets as p
    cross join unnest(if(cardinality(p.text_entities) > 0, sequence(1, cardinality(p.text_entities)))) as t (i)
    where
        p.dt between ? and ?
        and p.text_entities[t.i]."type" in ('ORGANIZATION', 'COMMERCIAL_ITEM')
        and p.sentiment is not null
)

select
    week,
    brand,
    count(*) as posts,
    count_if(sentiment = 'POSITIVE') as positive,
    count_if(sentiment = 'NEGATIVE') as negative,
    count_if(sentiment = 'NEUTRAL') as neutral,
    count_if(sentiment = 'MIXED') as mixed,
    round(avg(balance), 3) as mean_balance
from mentions
group by week, brand
order by week desc, posts desc, brand asc
limit 50
