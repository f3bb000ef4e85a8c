-- The text in images.
-- One row per line of text in an analysed image, in reading order.
-- Key: image_id, line_number
create or replace view image_texts as
with images as (
    select
        image_id,
        s3_key,
        dt,
        image_labels.textdetections as textdetections
    from image_analyses
),

texts as (
    select
        a.image_id,
        a.s3_key,
        a.dt,
        a.textdetections[t.i] as detection
    from images as a
    cross join
        unnest(
            if(
                cardinality(a.textdetections) > 0,
                sequence(1, cardinality(a.textdetections))
            )
        ) as t (i)
)

select
    image_id,
    s3_key,
    detection."id" as line_number,
    detection."detectedtext" as line,
    detection."confidence" as confidence,
    detection."geometry"."boundingbox"."left" as left_edge,
    detection."geometry"."boundingbox"."top" as top_edge,
    detection."geometry"."boundingbox"."width" as width,
    detection."geometry"."boundingbox"."height" as height,
    dt
from texts
where detection."type" = 'LINE'
