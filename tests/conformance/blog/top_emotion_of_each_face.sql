-- What is the strongest emotion on each face of a photo posted with a shop's link, and who posted it?
-- The forms: all columns of one view among others; "user".field; an implicit cross join after a join's condition.
SELECT top_emotion.type AS emotion,
         top_emotion.confidence AS emotion_confidence ,
         faces.* ,   -- what else the view tells of the face
         "user".id AS user_id ,
         "user".screen_name ,
         "user".name AS user_name ,
         url.expanded_url AS url
FROM media_image_labels_face_query faces
INNER JOIN tweets
    ON "tweets".id = tweetid, UNNEST(entities.urls) t (url)
WHERE position('.amazon.' IN url.expanded_url) > 0
