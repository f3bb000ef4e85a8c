-- The text in the posted photos as flat rows, for charts.
-- One row per line of text in a photo of a post, in reading order, with the columns of its post that charts filter by.
-- Key: tweetid, mediaid, line_number
create or replace view dashboard_texts as
with photos as (
    select
        tweetid,
        mediaid,
        image_id,
        media_url,
        dt,
        image_labels.textdetections as textdetections
    from photo_analyses
),

detections as (
    select
        p.tweetid,
        p.mediaid,
        p.image_id,
        p.media_url,
        p.dt,
        t.i as detection_number,
        p.textdetections[t.i] as detection
    from photos as p
    cross join unnest(if(cardinality(p.textdetections) > 0, sequence(1, cardinality(p.textdetections)))) as t (i)
)

select
    x.tweetid,
    t.id_str,
    x.mediaid,
    x.image_id,
    x.media_url,
    x.detection."id" as line_number,
    x.detection."detectedtext" as line,
    x.detection."confidence" as confidence,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.language,
    t.sentiment,
    t.is_retweet,
    t.matched_query,
    t.post_url,
    x.dt
from detections as x
inner join tweets as t on x.tweetid = t.id and x.dt = t.dt
where x.detection."type" = 'LINE'
