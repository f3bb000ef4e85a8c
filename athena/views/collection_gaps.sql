-- Which stretches of time has no run of a source read to the end, and why?
-- One row per gap, from the first run of the source and query on. A gap without an end is still open: later runs may
-- close it, and then its row is gone. Its status has those of the runs in the gap that did not end well, or else `lost`
-- if the source no longer had the posts when it was read, or `not_recorded` if no run left a row.
-- Key: source, query, gap_from
create or replace view collection_gaps as
with spans as (
    select
        source_platform,
        source,
        query,
        covered_from,
        covered_to,
        has_gap,
        max(covered_to) over (
            partition by source, query
            order by covered_from, covered_to, run_id, started_at
            rows between unbounded preceding and 1 preceding
        ) as read_to
    from collection_runs
    where covered_from is not null
),

gaps as (
    select
        source_platform,
        source,
        query,
        read_to as gap_from,
        covered_from as gap_to,
        has_gap
    from spans
    where covered_from > read_to
    union all
    select
        source_platform,
        source,
        query,
        max(covered_to) as gap_from,
        cast(null as varchar) as gap_to,
        false as has_gap
    from spans
    group by source_platform, source, query
),

troubles as (
    select
        run_id,
        source_platform,
        source,
        query,
        started_at,
        ended_at,
        status,
        reason
    from collection_runs
    where status <> 'ok'
)

select
    g.source_platform,
    g.source,
    g.query,
    g.gap_from,
    g.gap_to,
    round(
        (to_unixtime(from_iso8601_timestamp(g.gap_to)) - to_unixtime(from_iso8601_timestamp(g.gap_from))) / 3600, 2
    ) as hours,
    coalesce(
        array_join(array_sort(array_agg(distinct t.status) filter (where t.status is not null)), ', '),
        if(g.has_gap, 'lost', 'not_recorded')
    ) as status,
    max_by(t.reason, t.started_at) as reason,
    count(t.run_id) as runs
from gaps as g
left join troubles as t
    on
        g.source_platform = t.source_platform
        and (t.query is null or (g.source = t.source and g.query = t.query))
        and g.gap_from <= t.ended_at
        and (g.gap_to is null or g.gap_to > t.started_at)
group by g.source_platform, g.source, g.query, g.gap_from, g.gap_to, g.has_gap
having g.gap_to is not null or count(t.run_id) > 0
