-- The words written in images.
-- One row per line of text in an analysed image, in reading order.
create or replace view image_texts as
with texts as (
    select
        a.image_id,
        a.s3_key,
        a.dt,
        a.image_labels.textdetections[t.i] as detection
    from image_analyses as a
    cross join
        unnest(
            if(
                cardinality(a.image_labels.textdetections) > 0,
                sequence(1, cardinality(a.image_labels.textdetections))
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
