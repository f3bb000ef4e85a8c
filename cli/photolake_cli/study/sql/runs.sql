select run_id
from collection_runs
where started_at < '$end'
limit 1
