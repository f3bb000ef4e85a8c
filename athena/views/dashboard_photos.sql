-- The posted photos as flat rows, for charts: what became of each, and the columns of its post that charts filter by.
-- One row per photo of a post.
-- Key: tweetid, mediaid
create or replace view dashboard_photos as
select
    p.tweetid,
    p.mediaid,
    p.image_id,
    p.image_dt,
    p.media_url,
    p.alt_text,
    p.width,
    p.height,
    p.kind,
    p.status,
    p.status_message,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.posted_on,
    t.language,
    t.sentiment,
    t.is_retweet,
    t.matched_query,
    t.post_url,
    p.dt
from tweet_photos as p
inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
