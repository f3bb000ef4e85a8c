-- How far a photo has spread: who posted it or a near-duplicate of it, and when.
-- One row per group of posted images (hash_groups): image_group is the first posted hash that is near their own. An
-- image without a hash, or with the hash of every plain surface, is a group of its own.
-- Key: image_group
create or replace view image_spread as
with showings as (
    select
        p.perceptual_hash,
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
    coalesce(g.image_group, s.image_id) as image_group,
    count(distinct s.image_id) as images,
    count(distinct s.tweetid) as posts,
    count(distinct s.author) as authors,
    min(s.ts) as first_seen,
    max(s.ts) as last_seen,
    element_at(array_agg(s.image_id order by s.ts, s.tweetid, s.mediaid), 1) as first_image_id,
    element_at(array_agg(s.screen_name order by s.ts, s.tweetid, s.mediaid), 1) as first_screen_name,
    element_at(array_agg(s.post_url order by s.ts, s.tweetid, s.mediaid), 1) as first_post_url,
    element_at(array_agg(s.media_url order by s.ts, s.tweetid, s.mediaid), 1) as first_media_url,
    coalesce(max(g.distance), 0) as max_distance
from showings as s
left join hash_groups as g on s.perceptual_hash = g.perceptual_hash
group by coalesce(g.image_group, s.image_id)
