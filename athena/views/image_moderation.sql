-- What in an image may be unsafe.
-- One row per moderation label of an analysed image; top-level labels have no parent.
-- Key: image_id, label_name
create or replace view image_moderation as
with images as (
    select
        image_id,
        s3_key,
        dt,
        image_labels.moderationlabels as moderationlabels
    from image_analyses
),

labels as (
    select
        a.image_id,
        a.s3_key,
        a.dt,
        a.moderationlabels[t.i] as label
    from images as a
    cross join
        unnest(
            if(
                cardinality(a.moderationlabels) > 0,
                sequence(1, cardinality(a.moderationlabels))
            )
        ) as t (i)
)

select
    image_id,
    s3_key,
    label."name" as label_name,
    nullif(label."parentname", '') as parent_name,
    label."taxonomylevel" as taxonomy_level,
    label."confidence" as confidence,
    dt
from labels
