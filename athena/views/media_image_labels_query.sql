-- What is in the photos.
-- One row per label of a posted photo; the columns of the 2019 view, and the confidence (0 to 100).
create or replace view media_image_labels_query as
select
    m.tweetid,
    m.mediaid,
    m.media_url,
    m.text,
    m.image_labels.labels[t.i]."name" as label_name,
    m.image_labels.labels[t.i]."parents" as label_parents,
    m.image_labels.labels[t.i]."confidence" as label_confidence,
    m.dt
from media_rekognition as m
cross join
    unnest(
        if(cardinality(m.image_labels.labels) > 0, sequence(1, cardinality(m.image_labels.labels)))
    ) as t (i)
