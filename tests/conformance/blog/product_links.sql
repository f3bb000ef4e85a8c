-- Which product pages of a shop do the posts link to, and what is the first line of text in their photos?
-- The forms: a field of an unquoted user; a join of sub-selects; element_at(...) with a field after it; NOT position.
SELECT rk.tweetid,
         user_name,
         media_url,
         element_at(textdetections,1).detectedtext AS first_line,
         link,
         posted_links.text
FROM
    (SELECT id,
         user.name AS user_name,
         text,
         url.expanded_url AS link
    FROM tweets
    CROSS JOIN UNNEST (entities.urls) t (url)) posted_links
JOIN
    (SELECT tweetid,
         media_url,
         image_labels.textdetections AS textdetections
    FROM media_rekognition) rk
    ON rk.tweetid = posted_links.id
WHERE lower(url_extract_host(link)) IN ('www.amazon.com', 'amazon.com')
        AND NOT position('/dp/' IN url_extract_path(link)) = 0
LIMIT 50
