-- The things in the photos.
-- One row per label of a posted photo, with the columns of the 2019 view and the confidence (0 to 100).
-- Key: tweetid, mediaid, label_name
create or replace view media_image_labels_query as
with photos as (
    select
        tweetid,
        mediaid,
        media_url,
        text,
        dt,
        image_labels.labels as labels
    from media_rekognition
)

select
    m.tweetid,
    m.mediaid,
    m.media_url,
    m.text,
    m.labels[t.i]."name" as label_name,
    m.labels[t.i]."parents" as label_parents,
    m.labels[t.i]."confidence" as label_confidence,
    m.dt
from photos as m
cross join
    unnest(
        if(cardinality(m.labels) > 0, sequence(1, cardinality(m.labels)))
    ) as t (i)
