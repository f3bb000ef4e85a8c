-- What Amazon Rekognition saw in an image.
-- One row per analysed image (image_id): of its copies the newest. dt is the day the image was first seen.
-- An image that only deleted posts show is left out.
create or replace view image_analyses as
with copies as (
    select
        *,
        row_number() over (
            partition by dt, image_id
            order by analyzed_at desc, processed_at desc
        ) as copy
    from ${landing}.analyses
),

shown as (
    select distinct
        p.image_id,
        p.image_dt
    from ${landing}.photos as p
    left join ${landing}.deletions as d on p.tweetid = d.id
    where p.image_id is not null and d.id is null
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
inner join shown as s on a.image_id = s.image_id and a.dt = s.image_dt
where a.copy = 1
