-- How many faces show each emotion, where Rekognition is more than half sure of it?
-- The forms: a quoted alias; GROUP BY of a field of a row.
SELECT top_emotion.type AS emotion,
         count(*) AS "count"
FROM media_image_labels_face_query faces
WHERE top_emotion.confidence > 50
GROUP BY  top_emotion.type
ORDER BY  2 desc
