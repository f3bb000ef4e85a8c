-- The emotions on the faces in the photos, with gender, age range, position in the photo, and author of the post.
-- One row per emotion of a face in a posted photo, where Rekognition gives emotion and gender 20 percent or more.
-- Key: tweetid, mediaid, face_number, emotion
create or replace view face_emotions as
with photos as (
    select
        tweetid,
        mediaid,
        media_url,
        image_id,
        dt,
        image_labels.facedetails as facedetails
    from photo_analyses
),

faces as (
    select
        p.tweetid,
        p.mediaid,
        p.media_url,
        p.image_id,
        t.i as face_number,
        p.facedetails[t.i] as face,
        p.dt
    from photos as p
    cross join unnest(if(cardinality(p.facedetails) > 0, sequence(1, cardinality(p.facedetails)))) as t (i)
),

emotions as (
    select
        f.*,
        f.face."emotions"[t.i] as emotion
    from faces as f
    cross join
        unnest(if(cardinality(f.face."emotions") > 0, sequence(1, cardinality(f.face."emotions")))) as t (i)
)

select
    e.tweetid,
    e.mediaid,
    e.media_url,
    e.image_id,
    e.face_number,
    e.emotion."type" as emotion,
    e.emotion."confidence" as emotion_confidence,
    e.face."gender"."value" as gender,
    e.face."gender"."confidence" as gender_confidence,
    e.face."agerange"."low" as age_range_low,
    e.face."agerange"."high" as age_range_high,
    e.face."boundingbox"."left" as face_left_edge,
    e.face."boundingbox"."top" as face_top_edge,
    e.face."boundingbox"."width" as face_width,
    e.face."boundingbox"."height" as face_height,
    p.source_platform,
    p."user"."id" as user_id,
    p."user"."screen_name" as screen_name,
    p."user"."location" as user_location,
    p.text,
    p.language,
    p.sentiment,
    cast(from_unixtime(p.timestamp_ms / 1000) as timestamp) as ts,
    p.post_url,
    e.dt
from emotions as e
inner join tweets as p on e.tweetid = p.id and e.dt = p.dt
where e.emotion."confidence" >= 20 and e.face."gender"."confidence" >= 20
