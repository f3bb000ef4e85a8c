-- How many posts came on each day (UTC), and of what share of the day was the source read?
-- Parameter 1: since (varchar), the first day
-- Parameter 2: until (varchar), the last day
-- A day on which a source was read in part may have had more posts, and one on which it was not read says nothing.
-- The days are those from the first time that a source was read to the last. Sources with the same query share posts.
with spans as (
    select
        source_platform,
        source,
        query,
        covered_from,
        covered_to,
        max(covered_to) over (
            partition by source, query
            order by covered_from, covered_to, run_id, started_at
            rows between unbounded preceding and 1 preceding
        ) as read_to
    from collection_runs
    where covered_from is not null
),

-- What each run adds to those before it, in seconds since 1970.
pieces as (
    select
        source_platform,
        source,
        query,
        to_unixtime(from_iso8601_timestamp(if(read_to > covered_from, read_to, covered_from))) as start_s,
        to_unixtime(from_iso8601_timestamp(covered_to)) as end_s
    from spans
    where read_to is null or covered_to > read_to
),

sources as (
    select
        source_platform,
        source,
        query,
        cast(floor(min(start_s) / 86400) as bigint) as first_day,
        cast(floor(max(end_s) / 86400) as bigint) as last_day
    from pieces
    group by source_platform, source, query
),

days as (
    select
        s.source_platform,
        s.source,
        s.query,
        s.first_day + t.i - 1 as day_number,
        date_add('day', s.first_day + t.i - 1, date '1970-01-01') as posted_on
    from sources as s
    cross join
        unnest(if(s.last_day >= s.first_day, sequence(1, s.last_day - s.first_day + 1))) as t (i)
),

coverage as (
    select
        d.source_platform,
        d.source,
        d.query,
        d.posted_on,
        coalesce(
            sum(least(p.end_s, (d.day_number + 1) * 86400) - greatest(p.start_s, d.day_number * 86400)), 0
        ) / 86400 as covered
    from days as d
    left join pieces as p
        on
            d.source = p.source
            and d.query = p.query
            and p.start_s < (d.day_number + 1) * 86400
            and p.end_s > d.day_number * 86400
    where cast(d.posted_on as varchar) between ? and ?
    group by d.source_platform, d.source, d.query, d.posted_on
),

posts as (
    select
        source_platform,
        matched_query,
        posted_on,
        count(*) as posts
    from tweets
    group by source_platform, matched_query, posted_on
)

select
    c.source,
    c.query,
    c.posted_on,
    coalesce(p.posts, 0) as posts,
    round(c.covered, 3) as covered
from coverage as c
left join posts as p
    on c.source_platform = p.source_platform and c.query = p.matched_query and c.posted_on = p.posted_on
order by c.source, c.query, c.posted_on
