-- Which sites do the posts link to most?
with links as (
    select lower(url_extract_host(t.url)) as domain
    from tweets
    cross join unnest(transform(entities.urls, link -> link."expanded_url")) with ordinality as t (url, position)
)

select
    domain,
    count(*) as links
from links
where domain <> ''
group by domain
order by links desc, domain asc
limit 10
