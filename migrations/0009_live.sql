-- Many desks at once: what a console is doing, who else is there, notices, the ticker of the feed.
SET LOCAL search_path = loket, pg_catalog, ext;

-- ---------------------------------------------------------------- presence
-- Written only when it changes and never indexed (HOT); it ends with the session.
ALTER TABLE agent_sessions ADD COLUMN at_case bigint, ADD COLUMN writing bool NOT NULL DEFAULT false,
  ADD COLUMN was_case bigint, ADD COLUMN moved_at timestamptz;
-- whose line took the message: free again as soon as that line is gone
ALTER TABLE outbox ADD COLUMN owner_pid int, ADD COLUMN owner_start timestamptz;

-- What a console says about itself: {"at": case or null, "writing": bool, "see": [cases], "worked": [cases]}
CREATE FUNCTION check_here(p_here jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE k text;
BEGIN
  IF p_here IS NULL THEN RETURN; END IF;
  IF jsonb_typeof(p_here) <> 'object' OR coalesce(jsonb_typeof(p_here -> 'at'), 'null') NOT IN ('null', 'number')
     OR coalesce(jsonb_typeof(p_here -> 'writing'), 'boolean') <> 'boolean' THEN PERFORM refuse('not_in_table', '', '{"what":"here","given":""}'); END IF;
  FOREACH k IN ARRAY ARRAY['see', 'worked'] LOOP
    IF coalesce(jsonb_typeof(p_here -> k), 'array') <> 'array' OR jsonb_array_length(coalesce(p_here -> k, '[]')) > 60 THEN
      PERFORM refuse('not_in_table', '', jsonb_build_object('what', 'here', 'given', k));
    END IF;
  END LOOP;
END $$;
CREATE FUNCTION here_ids(p_here jsonb, p_key text) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS
$$ SELECT ARRAY(SELECT x::bigint FROM jsonb_array_elements_text(coalesce(p_here -> p_key, '[]')) x) $$;

-- At most once in 10 s for a lease. A row that somebody is writing is skipped: its turn comes again.
CREATE FUNCTION leases_worked(p_session uuid, p_cases bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t timestamptz := clock_timestamp();
BEGIN
  IF cardinality(p_cases) = 0 THEN RETURN; END IF;
  UPDATE case_leases SET worked_at = t WHERE case_id IN (SELECT case_id FROM case_leases
    WHERE session_id = p_session AND case_id = ANY (p_cases) AND worked_at < t - interval '10 s' FOR NO KEY UPDATE SKIP LOCKED);
END $$;
-- Other people's living consoles at the cases that one sees, of one's own queues. A console that was
-- silent for two heartbeats is not shown, although its session may come back.
CREATE FUNCTION presence_json(p_agent int, p_cases bigint[]) RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', x.at_case, 'name', x.name, 'writing', x.writing) ORDER BY x.at_case, x.name), '[]') FROM
   (SELECT s.at_case, a.name, bool_or(s.writing) AS writing FROM agent_sessions s JOIN agents a USING (agent_id) JOIN cases c ON c.case_id = s.at_case
     WHERE s.at_case = ANY (p_cases) AND s.agent_id <> p_agent AND s.lost_at IS NULL AND NOT s.detached AND s.heartbeat_at > clock_timestamp() - interval '30 s'
       AND a.role <> 'worker' AND ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[] GROUP BY s.at_case, a.agent_id, a.name LIMIT 200) x $$;

-- ---------------------------------------------------------------- notices
-- What happened to an agent's cases without him; a row until it was seen.
CREATE TABLE notices (
  notice_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, agent_id int NOT NULL REFERENCES agents,
  case_id bigint NOT NULL REFERENCES cases,
  kind text NOT NULL CHECK (kind IN ('taken_over', 'reassigned', 'handed_to_you', 'lease_idle', 'raised', 'given_back', 'called_back', 'transferred', 'promise_due', 'text_left', 'gone')),
  by_agent int REFERENCES agents, text_id uuid, at timestamptz NOT NULL, seen_at timestamptz,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp());   -- technical time
CREATE INDEX notices_unseen ON notices (agent_id, notice_id) WHERE seen_at IS NULL;
CREATE INDEX notices_seen ON notices (seen_at) WHERE seen_at IS NOT NULL;
CREATE INDEX notices_made ON notices (made_at);
-- nobody is told of what he did himself; `by` and `text` (of `texts`) may be NULL
CREATE FUNCTION notify_agent(p_agent int, p_case bigint, p_kind text, p_by int, p_text uuid) RETURNS void LANGUAGE sql AS
$$ INSERT INTO notices (agent_id, case_id, kind, by_agent, text_id, at)
   SELECT p_agent, p_case, p_kind, p_by, p_text, legal_now() WHERE p_agent IS NOT NULL AND p_agent IS DISTINCT FROM p_by $$;
-- the newest ones: behind many that nobody looked at a new one must still be told
CREATE FUNCTION notices_json(p_agent int) RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('notice_id', n.notice_id, 'case_id', n.case_id, 'case_no', c.case_no, 'kind', n.kind, 'who', g.name, 'line', t.body, 'at', n.at) ORDER BY n.notice_id), '[]')
   FROM (SELECT * FROM notices WHERE agent_id = p_agent AND seen_at IS NULL ORDER BY notice_id DESC LIMIT 20) n
   JOIN cases c USING (case_id) LEFT JOIN agents g ON g.agent_id = n.by_agent AND g.role <> 'worker'
   LEFT JOIN texts t ON t.text_id = n.text_id AND ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[] $$;
-- By number, not "up to": a smaller number may be committed later and would be lost unseen.
CREATE FUNCTION loket_api.notices_seen(p_ids bigint[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n int;
BEGIN
  UPDATE notices SET seen_at = clock_timestamp() WHERE agent_id = require_agent() AND seen_at IS NULL AND notice_id = ANY (p_ids[1:100]);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
-- seen a week ago, or never looked at in a month
CREATE FUNCTION loket_api.notices_purge() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n int;
BEGIN
  PERFORM require_role('worker', 'admin');
  DELETE FROM notices WHERE notice_id IN (SELECT notice_id FROM notices WHERE seen_at < clock_timestamp() - interval '7 days' OR made_at < clock_timestamp() - interval '30 days' LIMIT 5000);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;

-- ---------------------------------------------------------------- the ticker
-- A worker's line: a connection of its own that it holds as long as it works. What it took belongs to
-- this backend, and is free as soon as the backend is gone.
CREATE FUNCTION loket_api.line_open() RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT jsonb_build_object('pid', pid, 'start', backend_start) FROM pg_stat_activity WHERE pid = pg_backend_pid());
END $$;
CREATE FUNCTION line_is_gone(p_pid int, p_start timestamptz) RETURNS bool LANGUAGE sql STABLE AS
$$ SELECT p_pid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = p_pid AND backend_start = p_start) $$;
-- one leads; the lock ends with its line
CREATE FUNCTION loket_api.tick_lead() RETURNS bool LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN pg_try_advisory_lock(4242, 10);
END $$;
-- One NOTIFY for all that was committed since the last one; writers never notify. Said as
-- `epoch timeline xid event queues cases`: the queues with news, the cases with other readers than
-- before (every two seconds, with p_beat); a list that is empty is `-`, one too long is `*`. Who misses it
-- asks later: nothing is told by it but that there is something to ask for.
CREATE FUNCTION loket_api.feed_tick(p_xid text, p_id bigint, p_moved timestamptz, p_beat bool) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE low xid8 := pg_snapshot_xmin(pg_current_snapshot()); t timestamptz := clock_timestamp(); qs text; cs text; x text := p_xid; i bigint := p_id; n int := 0;
BEGIN
  PERFORM require_role('worker', 'admin');
  IF p_xid IS NULL THEN x := low::text; i := 0;
  ELSE
    WITH e AS MATERIALIZED (SELECT xid, event_id, queue_id FROM case_events WHERE (xid, event_id) > (p_xid::xid8, p_id) AND xid < low ORDER BY xid, event_id LIMIT 2000)
    SELECT string_agg(DISTINCT queue_id::text, ','), coalesce((SELECT xid::text FROM e ORDER BY xid DESC, event_id DESC LIMIT 1), p_xid),
           coalesce((SELECT event_id FROM e ORDER BY xid DESC, event_id DESC LIMIT 1), p_id) INTO qs, x, i FROM e;
  END IF;
  IF p_beat AND p_moved IS NOT NULL THEN
    SELECT string_agg(DISTINCT c::text, ','), count(DISTINCT c) INTO cs, n FROM agent_sessions s, LATERAL (VALUES (s.at_case), (s.was_case)) v(c)
      WHERE s.moved_at > p_moved - interval '100 ms' AND c IS NOT NULL;
  END IF;
  IF qs IS NOT NULL OR cs IS NOT NULL OR p_beat THEN
    PERFORM pg_notify('loket_feed', concat_ws(' ', (SELECT epoch FROM settings), timeline(), x, i,
      CASE WHEN length(qs) > 2000 THEN '*' ELSE coalesce(qs, '-') END, CASE WHEN n > 300 THEN '*' ELSE coalesce(cs, '-') END));
  END IF;
  RETURN jsonb_build_object('xid', x, 'event_id', i, 'moved', CASE WHEN p_beat OR p_moved IS NULL THEN t ELSE p_moved END, 'news', qs IS NOT NULL);
END $$;
