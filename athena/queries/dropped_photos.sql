-- Which photos were dropped, with which metadata, and what do they show?
-- Parameter 1: since (varchar), the first day of the photos
-- Parameter 2: until (varchar), their last day
-- The metadata as name=value; of the labels the first ten by confidence.
with dropped as (
    select
        source_key,
        file_name,
        image_id,
        image_dt,
        status,
        status_message,
        collected_at,
        array_join(transform(metadata, entry -> entry."name" || '=' || entry."value"), ', ') as metadata
    from dropped_photos
    where dt between ? and ?
)

select
    d.file_name,
    d.status,
    d.metadata,
    array_join(slice(transform(a.image_labels.labels, label -> label."name"), 1, 10), ', ') as labels,
    d.status_message,
    d.collected_at,
    d.source_key
from dropped as d
left join image_analyses as a on d.image_id = a.image_id and d.image_dt = a.dt
order by d.collected_at desc, d.source_key asc, d.image_id asc
