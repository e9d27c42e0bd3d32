\set ON_ERROR_STOP on
\o /dev/null
PREPARE c AS WITH c AS (SELECT case_id FROM loket.cases WHERE work='open' AND queue_id=1 ORDER BY sort_at, case_id LIMIT 1 FOR UPDATE SKIP LOCKED) UPDATE loket.cases t SET work='held', fence=fence+1, version=version+1 FROM c WHERE t.case_id=c.case_id RETURNING t.case_id AS id;
PREPARE r(bigint) AS UPDATE loket.cases SET work='open', fence=fence+1, version=version+1 WHERE case_id=$1;
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
SELECT pg_backend_pid() AS pid \gset
\setenv P :pid
\! (perf stat -e instructions:u,instructions:k -x, -p $P -o st.b & ) ; sleep 0.4
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
EXECUTE c \gset
EXECUTE r(:id);
