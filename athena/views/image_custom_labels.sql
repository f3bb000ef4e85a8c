-- The custom labels in images, such as logos and products, as a model of one's own found them.
-- One row per custom label of an analysed image (image_id, label_number); without a box it is of the whole image.
-- Key: image_id, label_number
create or replace view image_custom_labels as
with images as (
    select
        image_id,
        s3_key,
        dt,
        image_labels.customlabels as labels,
        image_labels.customlabelsmodel as model
    from image_analyses
),

labels as (
    select
        a.image_id,
        a.s3_key,
        a.model,
        a.dt,
        t.i as label_number,
        a.labels[t.i] as label
    from images as a
    cross join
        unnest(
            if(cardinality(a.labels) > 0, sequence(1, cardinality(a.labels)))
        ) as t (i)
)

select
    image_id,
    s3_key,
    label_number,
    label."name" as label_name,
    label."confidence" as confidence,
    label."geometry"."boundingbox"."left" as left_edge,
    label."geometry"."boundingbox"."top" as top_edge,
    label."geometry"."boundingbox"."width" as width,
    label."geometry"."boundingbox"."height" as height,
    model,
    dt
from labels
