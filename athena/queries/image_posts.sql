-- Which posts show an image, in the order of their times?
-- Parameter 1: image_id (varchar), the SHA-256 of the image
-- Parameter 2: since (varchar), the first day of the posts
-- Parameter 3: until (varchar), their last day
with showings as (
    select distinct
        tweetid,
        dt
    from tweet_photos
    where image_id = ?
)

select
    t.id,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.source_platform,
    t.language,
    t.sentiment,
    t.favorite_count as likes,
    t.retweet_count as reposts,
    t.post_url,
    t.text
from tweets as t
inner join showings as s on t.id = s.tweetid and t.dt = s.dt
where t.dt between ? and ?
order by posted_at asc, t.id asc
