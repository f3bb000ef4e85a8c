-- What is in each photo? The body of the view of labels, as a query.
-- The forms: quoted aliases without AS; a sub-select of everything with an implicit cross join.
SELECT
  "tweetid"
, "mediaid"
, "media_url"
, "text"
, "label"."name" "label_name"
, "label"."parents" "label_parents"
FROM
  (
   SELECT *
   FROM
     media_rekognition
   , UNNEST("image_labels"."labels") t (label)
)
