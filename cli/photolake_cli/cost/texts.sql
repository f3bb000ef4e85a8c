-- A row a day: units of text that the method of 2019 would have bought (`of_posts`), those of the posts that were
-- analysed, and those that were bought: each text once for a language, on its first day.
with posts as (
    select
        dt,
        language,
        text,
        greatest(3, (length(text) + 99) / 100) as units,
        sentiment_status = 'ok' as sentiment,
        entities_status = 'ok' as entities
    from tweets
    where dt between '${since}' and '${until}'
),

texts as (
    select
        language,
        text,
        min(dt) as dt,
        min(units) as units,
        bool_or(sentiment) as sentiment,
        bool_or(entities) as entities
    from posts
    group by language, text
),

bought as (
    select
        dt,
        sum(if(sentiment, units, 0)) as sentiment,
        sum(if(entities, units, 0)) as entities
    from texts
    group by dt
),

asked as (
    select
        dt,
        count(*) as posts,
        sum(units) as of_posts,
        sum(if(sentiment, units, 0)) as sentiment,
        sum(if(entities, units, 0)) as entities
    from posts
    group by dt
)

select
    a.dt,
    a.posts,
    coalesce(a.of_posts, 0) as of_posts,
    a.sentiment as sentiment_asked,
    a.entities as entities_asked,
    coalesce(b.sentiment, 0) as sentiment_bought,
    coalesce(b.entities, 0) as entities_bought
from asked as a
left join bought as b on a.dt = b.dt
order by a.dt
