-- The analysed images that the posts show, or that were dropped or backfilled in these days, with their groups.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
-- Parameter 3: since (varchar), the first day of dropped photos
-- Parameter 4: until (varchar), their last day
with shown as (
    select distinct image_id
    from dashboard_photos
    where dt between ? and ? and image_id is not null
),

dropped as (
    select
        image_id,
        min(dt) as dt,
        element_at(array_agg(file_name order by collected_at, source_key), 1) as file_name
    from dropped_photos
    where dt between ? and ? and image_id is not null
    group by image_id
)

select
    a.image_id,
    a.dt,
    a.s3_key,
    a.origin,
    a.width,
    a.height,
    coalesce(g.image_group, a.image_id) as image_group,
    d.file_name,
    d.dt as dropped_on
from image_analyses as a
left join shown as s on a.image_id = s.image_id
left join dropped as d on a.image_id = d.image_id
left join hash_groups as g on a.perceptual_hash = g.perceptual_hash
where s.image_id is not null or d.image_id is not null
order by a.dt, a.image_id
