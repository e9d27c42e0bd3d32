\set ON_ERROR_STOP on
\o /dev/null
SELECT loket_api.session_open('00000000-0000-4000-8000-000000000000','bench',true);
PREPARE c AS SELECT (r->'lease'->>'case_id')::bigint AS id, (r->'lease'->>'fence')::bigint AS f FROM (SELECT loket_api.claim_next(gen_random_uuid(), '00000000-0000-4000-8000-000000000000', NULL) AS r) x;
PREPARE r(bigint,bigint) AS SELECT loket_api.release(gen_random_uuid(), '00000000-0000-4000-8000-000000000000', $1, $2);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
SELECT pg_backend_pid() AS pid \gset
\setenv P :pid
\! (perf stat -e instructions:u,instructions:k -x, -p $P -o st.a & ) ; sleep 0.4
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
EXECUTE c \gset
EXECUTE r(:id,:f);
