-- The hashtags of posts as flat rows, for charts.
-- One row per post and hashtag in lower case, however often the post has it, with the columns of the post that charts
-- filter by.
-- Key: tweetid, hashtag
create or replace view dashboard_hashtags as
with posts as (
    select
        id,
        dt,
        entities.hashtags as hashtags
    from tweets
),

tags as (
    select distinct
        p.id,
        p.dt,
        lower(p.hashtags[h.i]."text") as hashtag
    from posts as p
    cross join unnest(if(cardinality(p.hashtags) > 0, sequence(1, cardinality(p.hashtags)))) as h (i)
)

select
    t.id as tweetid,
    t.id_str,
    g.hashtag,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.language,
    t.sentiment,
    t.is_retweet,
    t.matched_query,
    t.post_url,
    t.dt
from tags as g
inner join tweets as t on g.id = t.id and g.dt = t.dt
where g.hashtag <> ''
