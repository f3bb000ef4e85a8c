-- What became of each photo that was posted.
-- One row per photo of a post (tweetid, mediaid), the newest of its copies. Photos of deleted posts are left out.
-- Key: tweetid, mediaid
create or replace view tweet_photos as
with copies as (
    select
        *,
        lag(1) over (
            partition by dt, source_key
            order by collected_at desc, processed_at desc
        ) as newer
    from ${landing}.photos
    where origin = 'post'
)

select
    p.source_key,
    p.source_platform,
    p.tweetid,
    p.mediaid,
    p.media_url,
    p.image_id,
    p.image_dt,
    p.alt_text,
    p.width,
    p.height,
    p.kind,
    p.status,
    p.status_message,
    p.collected_at,
    p.processed_at,
    p.dt
from copies as p
left join ${landing}.deletions as d on p.tweetid = d.id
where p.newer is null and d.id is null
