-- Which product pages (/dp/) do the posts link to, and what is the first line written in their photos?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with links as (
    select
        p.id,
        p.dt,
        p.text,
        p."user"."screen_name" as screen_name,
        t.url,
        t.position
    from tweets as p
    cross join unnest(transform(p.entities.urls, link -> link."expanded_url")) with ordinality as t (url, position)
    where p.dt between ? and ? and url_extract_path(t.url) like '%/dp/%'
)

select
    m.tweetid,
    l.screen_name,
    m.media_url,
    element_at(filter(m.image_labels.textdetections, line -> line."type" = 'LINE'), 1)."detectedtext" as first_line,
    l.url,
    l.text
from media_rekognition as m
inner join links as l on m.tweetid = l.id and m.dt = l.dt
order by m.tweetid desc, m.mediaid asc, l.position asc
limit 50
