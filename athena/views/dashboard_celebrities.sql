-- The celebrities that Rekognition recognised in the posted photos as flat rows, for charts.
-- One row per recognised face of a photo of a post, with the columns of its post that charts filter by.
-- Key: tweetid, mediaid, celebrity_number
create or replace view dashboard_celebrities as
with photos as (
    select
        tweetid,
        mediaid,
        image_id,
        media_url,
        dt,
        image_labels.celebrityrecognition.celebrityfaces as celebrityfaces
    from photo_analyses
),

celebritys as (
    select
        p.tweetid,
        p.mediaid,
        p.image_id,
        p.media_url,
        p.dt,
        t.i as celebrity_number,
        p.celebrityfaces[t.i] as celebrity
    from photos as p
    cross join unnest(if(cardinality(p.celebrityfaces) > 0, sequence(1, cardinality(p.celebrityfaces)))) as t (i)
)

select
    x.tweetid,
    t.id_str,
    x.mediaid,
    x.image_id,
    x.media_url,
    x.celebrity_number,
    x.celebrity."name" as name,
    x.celebrity."id" as id,
    x.celebrity."knowngender"."type" as known_gender,
    x.celebrity."matchconfidence" as match_confidence,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.language,
    t.sentiment,
    t.is_retweet,
    t.matched_query,
    t.post_url,
    x.dt
from celebritys as x
inner join tweets as t on x.tweetid = t.id and x.dt = t.dt
