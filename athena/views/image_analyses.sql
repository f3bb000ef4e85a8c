-- What Amazon Rekognition saw in an image.
-- One row per analysed image (image_id), the newest of its copies. dt is the day the image was first seen.
-- An image is left out if deleted posts show it, and no other post or drop does. This reads photos and deletions.
-- photo_analyses does not need it, because it starts from posts.
-- Key: image_id
create or replace view image_analyses as
with copies as (
    select
        *,
        lag(1) over (
            partition by dt, image_id
            order by analyzed_at desc, processed_at desc
        ) as newer
    from ${landing}.analyses
),

deleted_images as (
    select distinct p.image_id
    from ${landing}.photos as p
    inner join ${landing}.deletions as d on p.tweetid = d.id
    where p.image_id is not null
),

hidden_images as (
    select
        p.image_id,
        p.image_dt
    from ${landing}.photos as p
    inner join deleted_images as i on p.image_id = i.image_id
    left join ${landing}.deletions as d on p.tweetid = d.id
    group by p.image_id, p.image_dt
    having count_if(d.id is null) = 0
)

select
    a.image_id,
    a.s3_key,
    a.origin,
    a.width,
    a.height,
    a.content_type,
    a.perceptual_hash,
    a.analyzed_at,
    a.image_labels,
    a.image_properties,
    a.errors,
    a.unmapped,
    a.processed_at,
    a.dt
from copies as a
left join hidden_images as h on a.image_id = h.image_id and a.dt = h.image_dt
where a.newer is null and h.image_id is null
