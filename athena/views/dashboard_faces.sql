-- The faces in the posted photos as flat rows, for charts of many faces together. All of it is guessed from looks.
-- One row per face of a photo of a post, with the columns of its post that charts filter by.
-- Key: tweetid, mediaid, face_number
create or replace view dashboard_faces as
with photos as (
    select
        tweetid,
        mediaid,
        image_id,
        media_url,
        dt,
        image_labels.facedetails as facedetails
    from photo_analyses
),

faces as (
    select
        p.tweetid,
        p.mediaid,
        p.image_id,
        p.media_url,
        p.dt,
        t.i as face_number,
        p.facedetails[t.i] as face
    from photos as p
    cross join unnest(if(cardinality(p.facedetails) > 0, sequence(1, cardinality(p.facedetails)))) as t (i)
),

described as (
    select
        f.*,
        f.face."agerange"."low" as age_low,
        f.face."agerange"."high" as age_high,
        (f.face."agerange"."low" + f.face."agerange"."high") / 2 as age,
        reduce(
            f.face."emotions",
            element_at(f.face."emotions", 1),
            (strongest, emotion) -> if(emotion."confidence" > strongest."confidence", emotion, strongest),
            strongest -> strongest
        ) as strongest_emotion
    from faces as f
)

select
    x.tweetid,
    t.id_str,
    x.mediaid,
    x.image_id,
    x.media_url,
    x.face_number,
    x.age_low,
    x.age_high,
    case
        when x.age < 13 then '0-12'
        when x.age < 20 then '13-19'
        when x.age < 30 then '20-29'
        when x.age < 40 then '30-39'
        when x.age < 50 then '40-49'
        when x.age < 60 then '50-59'
        when x.age >= 60 then '60+'
    end as age_group,
    x.face."gender"."value" as gender,
    x.face."gender"."confidence" as gender_confidence,
    x.face."smile"."value" as smiling,
    x.face."smile"."confidence" as smile_confidence,
    x.face."eyeglasses"."value" as eyeglasses,
    x.face."sunglasses"."value" as sunglasses,
    x.face."beard"."value" as beard,
    x.strongest_emotion."type" as emotion,
    x.strongest_emotion."confidence" as emotion_confidence,
    x.face."confidence" as confidence,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.language,
    t.sentiment,
    t.is_retweet,
    t.matched_query,
    t.post_url,
    x.dt
from described as x
inner join tweets as t on x.tweetid = t.id and x.dt = t.dt
