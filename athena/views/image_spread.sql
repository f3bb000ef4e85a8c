-- How far a photo has spread: who posted it or a near-duplicate of it, and when.
-- One row per group of images with the same perceptual hash (dHash). An image without a hash, or with the hash of every
-- plain surface, is a group of its own.
create or replace view image_spread as
with showings as (
    select
        coalesce(nullif(p.perceptual_hash, '0000000000000000'), p.image_id) as image_group,
        p.image_id,
        p.tweetid,
        p.mediaid,
        p.media_url,
        t.source_platform || ':' || t."user"."id_str" as author,
        t."user"."screen_name" as screen_name,
        t.post_url,
        cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as ts
    from photo_analyses as p
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
)

select
    image_group,
    count(distinct image_id) as images,
    count(distinct tweetid) as posts,
    count(distinct author) as authors,
    min(ts) as first_seen,
    max(ts) as last_seen,
    element_at(array_agg(screen_name order by ts, tweetid, mediaid), 1) as first_screen_name,
    element_at(array_agg(post_url order by ts, tweetid, mediaid), 1) as first_post_url,
    element_at(array_agg(media_url order by ts, tweetid, mediaid), 1) as first_media_url
from showings
group by image_group
