-- Who looks out of each photo that has a label 'Face'? The body of the view of faces, as a query.
-- The forms: two unnests under one alias, multiplied; quoted function names; a lambda with quoted parameters.
SELECT
  "tweetid"
, "mediaid"
, "media_url"
, "text"
, "label"."name" "label_name"
, "label"."parents" "label_parents"
, "facedetails"."eyeglasses"."confidence" "eyeglasses_conf"
, "facedetails"."eyeglasses"."value" "eyeglasses_value"
, "facedetails"."gender"."value" "gender_value"
, "facedetails"."agerange"."high" "age_range_high"
, "facedetails"."agerange"."low" "age_range_low"
, "facedetails"."smile"."value" "smiling"
, "facedetails"."boundingbox"."top" "face_top_edge"
, "facedetails"."boundingbox"."left" "face_left_edge"
, "reduce"("facedetails"."emotions", "element_at"("facedetails"."emotions", 1), ("best", "emotion") -> IF(("emotion"."confidence" > "best"."confidence"), "emotion", "best"), ("best") -> "best") "top_emotion"
, "facedetails"."pose"."yaw"
, "facedetails"."pose"."roll"
, "facedetails"."pose"."pitch"
FROM
  (
   SELECT *
   FROM
     media_rekognition
   , UNNEST("image_labels"."labels") t (label)
   , UNNEST("image_labels"."facedetails") t (facedetails)
)
WHERE ("label"."name" = 'Face')
