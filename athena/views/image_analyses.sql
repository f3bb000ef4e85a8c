-- What Amazon Rekognition saw in an image.
-- One row per analysed image (image_id): of its copies the newest. dt is the day the image was first seen.
create or replace view image_analyses as
with copies as (
    select
        *,
        row_number() over (
            partition by dt, image_id
            order by analyzed_at desc, processed_at desc
        ) as copy
    from ${landing}.analyses
)

select
    image_id,
    s3_key,
    origin,
    width,
    height,
    content_type,
    perceptual_hash,
    analyzed_at,
    image_labels,
    image_properties,
    errors,
    unmapped,
    processed_at,
    dt
from copies
where copy = 1
