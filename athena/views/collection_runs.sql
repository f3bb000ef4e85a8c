-- Which source was read when, and of what time is nothing left to read? Without it an absence of posts says nothing.
-- One row per run and source: a run of the collector, or an hour of X's stream. A platform that could not be read at
-- all has a row with its own name as source and no query.
-- Key: run_id, source, started_at
create or replace view collection_runs as
select
    run_id,
    collected_by,
    source_platform,
    source,
    query,
    started_at,
    ended_at,
    covered_from,
    covered_to,
    status,
    reason,
    has_gap,
    posts,
    bought,
    dt
from ${landing}.collection_runs
