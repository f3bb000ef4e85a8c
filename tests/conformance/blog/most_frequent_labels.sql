-- What is seen most often in the posted photos?
-- The forms: a function's name as an alias; ORDER BY a column's number.
SELECT label_name,
         count(*) AS count
FROM media_image_labels_query
GROUP BY  label_name
ORDER BY  2 desc
