-- The user metadata of photos without a post, to filter and join by.
-- One row per name in the metadata of a dropped photo (source_key, image_id, name).
-- Key: source_key, image_id, name
create or replace view photo_metadata as
with photos as (
    select
        source_key,
        file_name,
        image_id,
        image_dt,
        metadata,
        dt
    from dropped_photos
)

select
    p.source_key,
    p.file_name,
    p.image_id,
    p.image_dt,
    p.metadata[t.i]."name" as name,
    p.metadata[t.i]."value" as value,
    p.dt
from photos as p
cross join unnest(if(cardinality(p.metadata) > 0, sequence(1, cardinality(p.metadata)))) as t (i)
