-- Where each thing is in an image.
-- One row per boxed object: an instance of a label that Rekognition located in an analysed image.
-- Key: image_id, label_name, object_number
create or replace view image_objects as
with images as (
    select
        image_id,
        s3_key,
        dt,
        image_labels.labels as labels
    from image_analyses
),

labels as (
    select
        a.image_id,
        a.s3_key,
        a.dt,
        a.labels[t.i] as label
    from images as a
    cross join
        unnest(
            if(cardinality(a.labels) > 0, sequence(1, cardinality(a.labels)))
        ) as t (i)
),

objects as (
    select
        l.image_id,
        l.s3_key,
        l.dt,
        l.label,
        t.i as object_number,
        l.label."instances"[t.i] as object
    from labels as l
    cross join
        unnest(if(cardinality(l.label."instances") > 0, sequence(1, cardinality(l.label."instances")))) as t (i)
)

select
    image_id,
    s3_key,
    label."name" as label_name,
    object_number,
    object."confidence" as confidence,
    object."boundingbox"."left" as left_edge,
    object."boundingbox"."top" as top_edge,
    object."boundingbox"."width" as width,
    object."boundingbox"."height" as height,
    dt
from objects
