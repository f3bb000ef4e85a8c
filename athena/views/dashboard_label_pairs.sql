-- Which things appear together in the posted photos, as flat rows, for charts.
-- One row per pair of labels of a photo of a post, with the columns of its post that charts filter by. Rekognition is
-- at least 90 percent sure of both, neither is a parent of the other, and they stand in the order of the alphabet.
-- Key: tweetid, mediaid, label_name, other_label_name
create or replace view dashboard_label_pairs as
with photos as (
    select
        tweetid,
        mediaid,
        dt,
        filter(image_labels.labels, label -> label."confidence" >= 90) as labels
    from photo_analyses
),

pairs as (
    select
        p.tweetid,
        p.mediaid,
        p.dt,
        p.labels[a.i] as label,
        p.labels[b.i] as other
    from photos as p
    cross join unnest(if(cardinality(p.labels) > 0, sequence(1, cardinality(p.labels)))) as a (i)
    cross join unnest(if(cardinality(p.labels) > 0, sequence(1, cardinality(p.labels)))) as b (i)
    where p.labels[a.i]."name" < p.labels[b.i]."name"
)

select
    x.tweetid,
    t.id_str,
    x.mediaid,
    x.label."name" as label_name,
    x.other."name" as other_label_name,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.language,
    t.sentiment,
    t.is_retweet,
    t.matched_query,
    t.post_url,
    x.dt
from pairs as x
inner join tweets as t on x.tweetid = t.id and x.dt = t.dt
where
    coalesce(cardinality(filter(x.label."parents", parent -> parent."name" = x.other."name")), 0) = 0
    and coalesce(cardinality(filter(x.other."parents", parent -> parent."name" = x.label."name")), 0) = 0
