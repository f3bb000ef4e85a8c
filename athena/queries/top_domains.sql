-- Which sites do the posts link to most?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with links as (
    select
        p.id,
        lower(url_extract_host(t.url)) as domain
    from tweets as p
    cross join unnest(transform(p.entities.urls, link -> link."expanded_url")) with ordinality as t (url, position)
    where p.dt between ? and ?
)

select
    domain,
    count(*) as links,
    count(distinct id) as posts
from links
where domain <> ''
group by domain
order by links desc, domain asc
limit 10
