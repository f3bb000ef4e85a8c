-- What Amazon Rekognition saw in a posted photo.
-- One row per photo of a post (tweetid, mediaid) whose image was analysed. dt is the day of the post, image_dt that of
-- the analysis. The views of posted photos are based on this one: tweet_photos already excludes deleted posts.
-- Key: tweetid, mediaid
create or replace view photo_analyses as
with copies as (
    select
        *,
        lag(1) over (
            partition by dt, image_id
            order by analyzed_at desc, processed_at desc
        ) as newer
    from ${landing}.analyses
)

select
    p.tweetid,
    p.mediaid,
    p.media_url,
    p.alt_text,
    p.kind,
    p.status,
    p.image_id,
    a.perceptual_hash,
    a.analyzed_at,
    a.image_labels,
    a.image_properties,
    a.errors,
    p.image_dt,
    p.dt
from copies as a
inner join tweet_photos as p on a.image_id = p.image_id and a.dt = p.image_dt
where a.newer is null
