-- The people, brands, places and dates that a post names, according to Amazon Comprehend.
-- One row per mention of an entity in a post, with the columns of the 2019 table and the position in the text.
-- Key: tweetid, begin_offset, end_offset, type
create or replace view tweet_entities as
select
    p.id as tweetid,
    p.text_entities[t.i]."text" as entity,
    p.text_entities[t.i]."type" as type,
    p.text_entities[t.i]."score" as score,
    p.text_entities[t.i]."begin_offset" as begin_offset,
    p.text_entities[t.i]."end_offset" as end_offset,
    p.language,
    p.dt
from tweets as p
cross join unnest(if(cardinality(p.text_entities) > 0, sequence(1, cardinality(p.text_entities)))) as t (i)
