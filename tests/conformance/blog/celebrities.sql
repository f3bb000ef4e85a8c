-- Which celebrities were recognised, and who posted them? The body of the view of celebrities, as a query.
-- The forms: a join in parentheses of a sub-select; CASE for a boolean; a time of milliseconds by a quoted function.
SELECT
  "tweetid"
, "user"."id" "user_id"
, "user"."screen_name"
, "user"."name" "user_name"
, "mediaid"
, "media_url"
, "tweets"."text" "tweettext"
, "tweets"."retweeted"
, (CASE WHEN ("substr"("tweets"."text", 1, 2) = 'RT') THEN true ELSE false END) "isretweet"
, "from_unixtime"(("timestamp_ms" / 1000)) "ts"
, "celebrityface"."name"
, "celebrityface"."urls"
, "celebrityface"."id"
, "celebrityface"."matchconfidence"
FROM
  ((
   SELECT *
   FROM
     media_rekognition
   , UNNEST("image_labels"."celebrityrecognition"."celebrityfaces") t (celebrityface)
)
INNER JOIN tweets ON ("tweets"."id" = "tweetid"))
