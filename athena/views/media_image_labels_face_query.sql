-- The faces in the photos, with glasses, smile, age range, strongest emotion and pose.
-- One row per face of a posted photo, with the columns of the 2019 view. Every detected face is listed once.
-- Key: tweetid, mediaid, face_number
create or replace view media_image_labels_face_query as
with photos as (
    select
        tweetid,
        mediaid,
        media_url,
        text,
        image_id,
        dt,
        image_labels.facedetails as facedetails,
        image_labels.labels as labels
    from media_rekognition
),

faces as (
    select
        m.tweetid,
        m.mediaid,
        m.media_url,
        m.text,
        m.image_id,
        m.dt,
        m.facedetails[t.i] as face,
        t.i as face_number,
        element_at(filter(m.labels, label -> label."name" = 'Face'), 1) as face_label
    from photos as m
    cross join
        unnest(
            if(cardinality(m.facedetails) > 0, sequence(1, cardinality(m.facedetails)))
        ) as t (i)
)

select
    tweetid,
    mediaid,
    media_url,
    text,
    'Face' as label_name,
    face_label."parents" as label_parents,
    face."eyeglasses"."confidence" as eyeglasses_conf,
    face."eyeglasses"."value" as eyeglasses_value,
    face."sunglasses"."confidence" as sunglasses_conf,
    face."sunglasses"."value" as sunglasses_value,
    face."gender"."confidence" as gender_conf,
    face."gender"."value" as gender_value,
    face."agerange"."high" as age_range_high,
    face."agerange"."low" as age_range_low,
    face."smile"."value" as smiling,
    face."smile"."confidence" as smile_confidence,
    face."boundingbox"."top" as face_top_edge,
    face."boundingbox"."left" as face_left_edge,
    reduce(
        face."emotions",
        element_at(face."emotions", 1),
        (strongest, emotion) -> if(emotion."confidence" > strongest."confidence", emotion, strongest),
        strongest -> strongest
    ) as top_emotion,
    face."pose"."yaw" as yaw,
    face."pose"."roll" as roll,
    face."pose"."pitch" as pitch,
    face."boundingbox"."width" as face_width,
    face."boundingbox"."height" as face_height,
    face."confidence" as face_confidence,
    image_id,
    face_number,
    dt
from faces
