-- What in an image may be unsafe.
-- One row per moderation label of an analysed image; top-level labels have no parent.
create or replace view image_moderation as
with labels as (
    select
        a.image_id,
        a.s3_key,
        a.dt,
        a.image_labels.moderationlabels[t.i] as label
    from image_analyses as a
    cross join
        unnest(
            if(
                cardinality(a.image_labels.moderationlabels) > 0,
                sequence(1, cardinality(a.image_labels.moderationlabels))
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
