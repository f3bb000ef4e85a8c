-- What became of each photo without a post, dropped by hand or backfilled, with its name and its user metadata.
-- One row per object and the bytes it had (source_key, image_id), the newest of its copies: another photo under the
-- same name is a row of its own.
-- dt is the day the image was first seen; without an image, the day the photo was dropped or found.
-- Key: source_key, image_id
create or replace view dropped_photos as
with copies as (
    select
        *,
        lag(1) over (
            partition by dt, source_key, image_id
            order by collected_at desc, processed_at desc
        ) as newer
    from ${landing}.photos
    where origin <> 'post'
)

select
    source_key,
    origin,
    file_name,
    metadata,
    image_id,
    image_dt,
    width,
    height,
    status,
    status_message,
    collected_at,
    processed_at,
    dt
from copies
where newer is null
