-- The posts as flat rows, for charts: no arrays, no structs, numbers and times in their own types.
-- One row per post. The page of `photolake dashboard` and the QuickSight data sets are made of the views dashboard_*.
-- Key: id
create or replace view dashboard_posts as
with shown as (
    select
        tweetid,
        dt,
        count(*) as photos
    from tweet_photos
    group by tweetid, dt
)

select
    t.id,
    t.id_str,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.posted_on,
    t.timestamp_ms,
    t.language,
    t.sentiment,
    t.sentimentposscore,
    t.sentimentnegscore,
    t.sentimentneuscore,
    t.sentimentmixedscore,
    t.sentiment_status,
    t.is_retweet,
    t.matched_query,
    coalesce(s.photos, 0) as photos,
    t.impression_count,
    t.favorite_count,
    t.retweet_count,
    t.reply_count,
    t.quote_count,
    t.source_platform || ':' || t."user"."id_str" as author,
    t."user"."screen_name" as screen_name,
    t.post_url,
    t.text,
    t.dt
from tweets as t
left join shown as s on t.id = s.tweetid and t.dt = s.dt
