-- Which domains do the posts link to most?
-- The forms: a row for each link under one alias; sub-select without alias; GROUP BY of an expression on the row.
SELECT lower(url_extract_host(url.expanded_url)) AS domain,
         count(*) AS count
FROM
    (SELECT *
    FROM tweets
    CROSS JOIN UNNEST (entities.urls) t (url))
GROUP BY  lower(url_extract_host(url.expanded_url))
ORDER BY  COUNT(*) DESC
LIMIT 10
