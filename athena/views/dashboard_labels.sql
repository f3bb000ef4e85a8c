-- The things in the posted photos as flat rows, for charts.
-- One row per label of a photo of a post, with the columns of its post that charts filter by.
-- Key: tweetid, mediaid, label_name
create or replace view dashboard_labels as
with photos as (
    select
        tweetid,
        mediaid,
        image_id,
        media_url,
        dt,
        image_labels.labels as labels
    from photo_analyses
),

labels as (
    select
        p.tweetid,
        p.mediaid,
        p.image_id,
        p.media_url,
        p.dt,
        t.i as label_number,
        p.labels[t.i] as label
    from photos as p
    cross join unnest(if(cardinality(p.labels) > 0, sequence(1, cardinality(p.labels)))) as t (i)
)

select
    x.tweetid,
    t.id_str,
    x.mediaid,
    x.image_id,
    x.media_url,
    x.label."name" as label_name,
    nullif(array_join(transform(x.label."parents", parent -> parent."name"), ', '), '') as label_parents,
    element_at(transform(x.label."categories", category -> category."name"), 1) as label_category,
    x.label."confidence" as confidence,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.language,
    t.sentiment,
    t.is_retweet,
    t.matched_query,
    t.post_url,
    x.dt
from labels as x
inner join tweets as t on x.tweetid = t.id and x.dt = t.dt
