-- Which posts show an image or a near-duplicate of it, and when, one by one, as flat rows, for charts.
-- One row per photo of a post whose image was analysed. image_group is that of hash_groups: the first posted hash that
-- is near the image's own. An image without a hash, or with the hash of every plain surface, is a group of its own.
-- Key: tweetid, mediaid
create or replace view dashboard_spread as
with showings as (
    select
        p.tweetid,
        t.id_str,
        p.mediaid,
        p.image_id,
        p.media_url,
        p.perceptual_hash,
        element_at(
            transform(
                filter(p.image_labels.moderationlabels, label -> coalesce(label."parentname", '') = ''),
                label -> label."name"
            ),
            1
        ) as moderation_label,
        t.source_platform,
        cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
        t.language,
        t.sentiment,
        t.is_retweet,
        t.matched_query,
        t.post_url,
        lower(to_hex(sha256(to_utf8(t.source_platform || ':' || t."user"."id_str")))) as author_key,
        t."user"."screen_name" as screen_name,
        p.dt
    from photo_analyses as p
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
),

grouped as (
    select
        s.*,
        coalesce(g.image_group, s.image_id) as image_group,
        coalesce(g.distance, 0) as distance
    from showings as s
    left join hash_groups as g on s.perceptual_hash = g.perceptual_hash
)

select
    tweetid,
    id_str,
    mediaid,
    image_id,
    media_url,
    image_group,
    distance,
    coalesce(max(moderation_label) over (partition by image_group), 'none') as moderation_label,
    first_value(media_url) over (partition by image_group order by posted_at, tweetid, mediaid) as first_media_url,
    first_value(post_url) over (partition by image_group order by posted_at, tweetid, mediaid) as first_post_url,
    author_key,
    screen_name,
    source_platform,
    posted_at,
    language,
    sentiment,
    is_retweet,
    matched_query,
    post_url,
    dt
from grouped
