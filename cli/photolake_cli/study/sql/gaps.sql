select
    source_platform,
    source,
    query,
    gap_from,
    gap_to,
    status,
    reason
from collection_gaps
where gap_from < '$end' and (gap_to is null or gap_to >= '$since')
order by gap_from, source, query
