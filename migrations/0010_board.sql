-- The board: what a lead watches. Counted by whoever comes first, at most once in two seconds, for
-- all who look; the flow of the day and the trend at most once in thirty. Readers read rows. Nothing of
-- it is compiled (jit): that took fifty times as long as counting twenty thousand cases.
SET LOCAL search_path = loket, pg_catalog, ext;

CREATE TABLE queue_board (
  queue_id int PRIMARY KEY REFERENCES queues, n_open int NOT NULL, n_held int NOT NULL,
  n_waiting int NOT NULL, n_overdue int NOT NULL, n_due_15 int NOT NULL, n_due_60 int NOT NULL,
  n_due_day int NOT NULL, n_raised int NOT NULL, oldest_at timestamptz, computed_at timestamptz NOT NULL) WITH (fillfactor = 50);
-- the local day of the queue's country: cases opened, cases closed, pieces of work that left the desk
CREATE TABLE queue_days (
  queue_id int PRIMARY KEY REFERENCES queues, day date NOT NULL, opens_at timestamptz,
  n_in int NOT NULL, n_out int NOT NULL, n_done int NOT NULL) WITH (fillfactor = 50);
CREATE TABLE board_people (agent_id int PRIMARY KEY REFERENCES agents, day date NOT NULL, done_at timestamptz NOT NULL, n_done int NOT NULL) WITH (fillfactor = 50);
CREATE TABLE board_samples (
  queue_id int NOT NULL REFERENCES queues, at timestamptz NOT NULL, n_desk int NOT NULL, n_overdue int,
  PRIMARY KEY (queue_id, at));
-- when the last count was, and what it cost: counting takes at most a twentieth of one core
CREATE TABLE board_runs (
  one bool PRIMARY KEY DEFAULT true CHECK (one), legal_offset interval NOT NULL DEFAULT '0',
  quick_at timestamptz NOT NULL DEFAULT 'epoch', quick_cost interval NOT NULL DEFAULT '0',
  slow_at timestamptz NOT NULL DEFAULT 'epoch', slow_cost interval NOT NULL DEFAULT '0',
  -- which events the flow of the day has in it: all that this snapshot saw, on that line of history
  seen pg_snapshot, seen_timeline int, seen_epoch uuid);
INSERT INTO board_runs DEFAULT VALUES;

CREATE INDEX cases_raised ON cases (queue_id, raised_at) WHERE raised_at IS NOT NULL AND work <> 'closed';
-- changes of a queue by legal time: the flow of the day, and what the trend was before anybody looked
CREATE INDEX case_events_changes ON case_events (queue_id, legal_at) WHERE body ? 'change' OR kind = 'taken_back';
CREATE INDEX deadlines_by_due ON deadlines USING brin (due_at) WITH (pages_per_range = 16, autosummarize = on);

CREATE FUNCTION queue_country(p_queue int) RETURNS text LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce((SELECT min(country) FROM processes WHERE queue_id = p_queue), (SELECT 'SE' FROM queues WHERE queue_id = p_queue AND firm_gln IS NOT NULL), 'NL') $$;
-- The first opening of the desk on a later local day: what is not done at today's closing is not done
-- before then. The same days and hours as the domain's calendar (a test compares them).
CREATE FUNCTION desk_opens(p_country text, p_now timestamptz) RETURNS timestamptz LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v int; hours jsonb; equated bool; d date := (p_now AT TIME ZONE zone_of(p_country))::date; spans jsonb; r timestamptz;
BEGIN
  SELECT version, body -> 'hours', (body ->> 'equated_days_are_holidays')::bool INTO v, hours, equated FROM calendars WHERE country = p_country ORDER BY version DESC LIMIT 1;
  FOR i IN 1..60 LOOP
    d := d + 1;
    spans := CASE WHEN hours -> 'exceptions' ? d::text THEN hours -> 'exceptions' -> d::text
      WHEN EXISTS (SELECT 1 FROM calendar_days WHERE country = p_country AND version = v AND day = d AND (kind <> 'equated' OR equated)) THEN '[]'
      ELSE hours -> 'week' -> (extract(isodow FROM d)::int - 1) END;
    SELECT min((d + split_part(s, '-', 1)::time) AT TIME ZONE zone_of(p_country)) INTO r FROM jsonb_array_elements_text(spans) s;
    IF r IS NOT NULL THEN RETURN r; END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- Counts at an instant. Overdue as the clock compares: an instant that must not be reached is passed
-- when it is reached. "In 15 minutes" means from now up to and including then; 60 includes the 15.
-- The day's work is what must be done before the desk opens again.
CREATE FUNCTION board_counts(p_now timestamptz) RETURNS TABLE (queue_id int, n_open int, n_held int, n_waiting int, n_overdue int, n_due_15 int, n_due_60 int, n_due_day int, n_raised int, oldest_at timestamptz)
LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT q.queue_id, c.o::int, c.h::int, c.w::int, (c.past + x.now)::int, (c.to_15 - c.past - x.now)::int, (c.to_60 - c.past - x.now)::int, c.day::int, r.n::int, c.oldest
   FROM queues q LEFT JOIN queue_days d USING (queue_id) CROSS JOIN LATERAL
     (SELECT count(*) FILTER (WHERE work = 'open') o, count(*) FILTER (WHERE work = 'held') h, count(*) FILTER (WHERE work = 'waiting') w,
        count(*) FILTER (WHERE sort_at < p_now) past, count(*) FILTER (WHERE sort_at <= p_now + interval '15 min') to_15,
        count(*) FILTER (WHERE sort_at <= p_now + interval '60 min') to_60, count(*) FILTER (WHERE work < 'waiting' AND sort_at <= d.opens_at) AS day,
        min(received_at) FILTER (WHERE work < 'waiting') oldest
      FROM cases k WHERE k.queue_id = q.queue_id AND k.work <> 'closed') c CROSS JOIN LATERAL
     (SELECT count(*) AS now FROM unnest(ARRAY['open', 'held', 'waiting']::work_state[]) u(work) JOIN cases k
        ON k.queue_id = q.queue_id AND k.work = u.work AND k.work <> 'closed' AND k.sort_at = p_now AND k.due_comparison = 'before') x CROSS JOIN LATERAL
     (SELECT count(*) n FROM cases k WHERE k.queue_id = q.queue_id AND k.raised_at IS NOT NULL AND k.work <> 'closed') r $$;

-- Changes of state. `move`: 1 came to the desk, -1 left it; `flow`: 1 came in (opened, reopened), -1 was
-- closed; `sign` is -1 where a change was taken back.
CREATE VIEW board_moves AS
  SELECT x.xid, x.queue_id, x.legal_at AS at, CASE x.kind WHEN 'taken_back' THEN c.by_agent ELSE x.agent_id END AS agent_id, CASE x.kind WHEN 'taken_back' THEN -1 ELSE 1 END AS sign,
    (t.work = 'open')::int - coalesce(f.work = 'open', false)::int AS move, (t.work <> 'closed')::int - coalesce(f.work <> 'closed', false)::int AS flow
  FROM case_events x CROSS JOIN LATERAL (SELECT coalesce(o.body, x.body) -> 'change' AS change, o.agent_id AS by_agent FROM (SELECT 1) one
      LEFT JOIN case_events o ON x.kind = 'taken_back' AND o.case_id = x.case_id AND o.seq = (x.body ->> 'seq')::int OFFSET 0) c
  JOIN process_states t ON t.process = c.change ->> 'process' AND t.state = c.change ->> 'to'
  LEFT JOIN process_states f ON f.process = c.change ->> 'process' AND f.state = c.change ->> 'from'
  WHERE x.body ? 'change' OR x.kind = 'taken_back';

-- The day's flow of each queue, and who did what last. `p_seen` is the snapshot of the count before: only
-- what it did not see is added, each event once. Without one the whole day is counted. Answers what
-- was seen now.
CREATE FUNCTION board_flow(p_now timestamptz, p_seen pg_snapshot) RETURNS pg_snapshot LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE days jsonb; seen_now pg_snapshot;
BEGIN
  SELECT jsonb_agg(jsonb_build_object('queue_id', q.queue_id, 'day', x.day, 'opens_at', desk_opens(k.country, p_now),
      'from', x.day::timestamp AT TIME ZONE zone_of(k.country), 'until', (x.day + 1)::timestamp AT TIME ZONE zone_of(k.country)))
    INTO days FROM queues q CROSS JOIN LATERAL (SELECT queue_country(q.queue_id) AS country) k CROSS JOIN LATERAL (SELECT (p_now AT TIME ZONE zone_of(k.country))::date AS day) x;
  DELETE FROM board_people WHERE p_seen IS NULL OR day < (SELECT min((d ->> 'day')::date) FROM jsonb_array_elements(days) d);
  WITH q AS (SELECT * FROM jsonb_to_recordset(days) d(queue_id int, day date, opens_at timestamptz, "from" timestamptz, until timestamptz)),
    e AS MATERIALIZED (
      SELECT q.day, m.* FROM q JOIN board_moves m ON m.queue_id = q.queue_id AND m.at >= q."from" AND m.at < q.until WHERE p_seen IS NULL
      UNION ALL SELECT q.day, m.* FROM board_moves m JOIN q ON m.queue_id = q.queue_id AND m.at >= q."from" AND m.at < q.until
        WHERE p_seen IS NOT NULL AND m.xid >= pg_snapshot_xmin(p_seen) AND NOT pg_visible_in_snapshot(m.xid, p_seen)),
    sums AS (SELECT q.queue_id, q.day, q.opens_at, coalesce(sum(e.sign) FILTER (WHERE e.flow = 1), 0) AS i, coalesce(sum(e.sign) FILTER (WHERE e.flow = -1), 0) AS o,
        coalesce(sum(e.sign) FILTER (WHERE e.move = -1), 0) AS d FROM q LEFT JOIN e USING (queue_id) GROUP BY 1, 2, 3),
    of_queues AS (INSERT INTO queue_days AS b SELECT queue_id, day, opens_at, greatest(i, 0), greatest(o, 0), greatest(d, 0) FROM sums
      ON CONFLICT (queue_id) DO UPDATE SET (day, opens_at, n_in, n_out, n_done) = (SELECT s.day, s.opens_at, greatest(k.n * b.n_in + s.i, 0), greatest(k.n * b.n_out + s.o, 0), greatest(k.n * b.n_done + s.d, 0)
        FROM sums s CROSS JOIN LATERAL (SELECT (p_seen IS NOT NULL AND b.day = s.day)::int AS n) k WHERE s.queue_id = b.queue_id)),
    -- done is what left the desk, as in the sums of the queues: a note or a logged call is not
    who AS (SELECT agent_id, max(day) AS day, max(at) AS at, coalesce(sum(sign) FILTER (WHERE move = -1), 0) AS n FROM e WHERE agent_id IS NOT NULL GROUP BY 1),
    -- what was taken back is less of what stands there: cut off at nothing after the sum, not before
    of_people AS (INSERT INTO board_people AS p SELECT agent_id, day, at, greatest(n, 0) FROM who
      ON CONFLICT (agent_id) DO UPDATE SET day = excluded.day, done_at = greatest(p.done_at, excluded.done_at),
        n_done = (SELECT greatest(w.n + (p.day = w.day)::int * p.n_done, 0) FROM who w WHERE w.agent_id = p.agent_id))
  SELECT pg_current_snapshot() INTO seen_now;
  RETURN seen_now;
END $$;

-- One sample of each queue every ten minutes. Where nobody counted in the last eight hours, the
-- history says how much was on the desk; what was late then it does not say.
CREATE FUNCTION board_sample(p_now timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE slot timestamptz := date_bin('10 min', p_now, '2000-01-01Z');
BEGIN
  IF NOT EXISTS (SELECT 1 FROM queue_board b WHERE NOT EXISTS (SELECT 1 FROM board_samples s WHERE s.queue_id = b.queue_id AND s.at = slot)) THEN RETURN; END IF;
  DELETE FROM board_samples WHERE at < p_now - interval '8 days';
  INSERT INTO board_samples SELECT queue_id, slot, n_open + n_held, n_overdue FROM queue_board ON CONFLICT DO NOTHING;
  INSERT INTO board_samples
    WITH missing AS (SELECT b.queue_id, g.at, b.n_open + b.n_held AS desk FROM queue_board b CROSS JOIN generate_series(slot - interval '470 min', slot - interval '10 min', interval '10 min') g(at)
        WHERE NOT EXISTS (SELECT 1 FROM board_samples s WHERE s.queue_id = b.queue_id AND s.at = g.at)),
      moves AS MATERIALIZED (SELECT m.queue_id, x.at, x.sign * x.move AS move FROM (SELECT queue_id, min(at) AS since FROM missing GROUP BY 1) m
        JOIN board_moves x ON x.queue_id = m.queue_id AND x.at >= m.since AND x.move <> 0)
    SELECT m.queue_id, m.at, greatest(m.desk - coalesce(sum(v.move), 0), 0), NULL FROM missing m LEFT JOIN moves v ON v.queue_id = m.queue_id AND v.at >= m.at GROUP BY 1, 2, m.desk;
END $$;

CREATE FUNCTION loket_api.board_refresh() RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET jit = off SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := clock_timestamp(); n timestamptz := legal_now(); shift interval; e uuid; r board_runs%ROWTYPE; fresh bool;
BEGIN
  PERFORM require_agent();
  IF NOT pg_try_advisory_xact_lock(4242, 2) THEN RETURN false; END IF;
  SELECT legal_offset, epoch INTO shift, e FROM settings;
  SELECT * INTO r FROM board_runs;
  fresh := r.legal_offset = shift AND NOT EXISTS (SELECT 1 FROM queues q WHERE NOT EXISTS (SELECT 1 FROM queue_board b WHERE b.queue_id = q.queue_id));
  IF fresh AND t - r.quick_at BETWEEN interval '0' AND greatest(interval '1900 ms', 20 * r.quick_cost) THEN RETURN false; END IF;
  IF NOT fresh OR NOT t - r.slow_at BETWEEN interval '0' AND greatest(interval '30 s', 20 * r.slow_cost)
      OR EXISTS (SELECT 1 FROM queue_days d WHERE d.day <> (n AT TIME ZONE zone_of(queue_country(d.queue_id)))::date) THEN
    IF NOT fresh OR r.seen_timeline IS DISTINCT FROM timeline() OR r.seen_epoch IS DISTINCT FROM e THEN r.seen := NULL; END IF;
    r.seen := board_flow(n, r.seen);
    UPDATE board_runs SET slow_at = t, slow_cost = clock_timestamp() - t, seen = r.seen, seen_timeline = timeline(), seen_epoch = e;
    t := clock_timestamp();
  END IF;
  INSERT INTO queue_board SELECT c.*, t FROM board_counts(n) c
    ON CONFLICT (queue_id) DO UPDATE SET n_open = excluded.n_open, n_held = excluded.n_held, n_waiting = excluded.n_waiting, n_overdue = excluded.n_overdue, n_due_15 = excluded.n_due_15,
      n_due_60 = excluded.n_due_60, n_due_day = excluded.n_due_day, n_raised = excluded.n_raised, oldest_at = excluded.oldest_at, computed_at = excluded.computed_at;
  UPDATE board_runs SET quick_at = t, quick_cost = clock_timestamp() - t, legal_offset = shift;
  PERFORM board_sample(n);
  RETURN true;
END $$;

-- No worker counted for a while: a console does, with its pulse.
CREATE FUNCTION board_count(p_now timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN IF EXISTS (SELECT 1 FROM board_runs WHERE quick_at < p_now - interval '10 s' - 20 * quick_cost) THEN PERFORM loket_api.board_refresh(); END IF; END $$;

-- ---------------------------------------------------------------- reading
-- Who is on, or holds something although nobody sits there: an index probe for each. The form of
-- row_json that can be inlined: some hundreds of cases are held.
CREATE FUNCTION people_json(p_queues int[]) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('agent_id', p.agent_id, 'name', p.name, 'role', p.role, 'queues', p.queues, 'online_since', s.since + o.legal_offset, 'done_at', d.done_at, 'done', coalesce(d.n_done, 0), 'holds', h.cases)
       ORDER BY s.since IS NULL, p.name, p.agent_id), '[]')
   FROM (SELECT a.agent_id, a.name, a.role, (SELECT array_agg(q.queue_id ORDER BY 1) FROM agent_queues q WHERE q.agent_id = a.agent_id) AS queues FROM agents a
       WHERE a.disabled_at IS NULL AND a.role IN ('agent', 'lead') AND EXISTS (SELECT 1 FROM agent_queues q WHERE q.agent_id = a.agent_id AND q.queue_id = ANY (p_queues))) p
   CROSS JOIN (SELECT legal_offset FROM settings) o LEFT JOIN board_people d USING (agent_id)
   CROSS JOIN LATERAL (SELECT min(opened_at) AS since FROM agent_sessions x WHERE x.agent_id = p.agent_id AND x.lost_at IS NULL AND NOT x.detached AND x.expires_at > clock_timestamp()) s
   CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('since', l.acquired_at + o.legal_offset, 'row', row_json(c, q.key, p.name, p.agent_id)) ORDER BY l.acquired_at, l.case_id), '[]') AS cases
       FROM (SELECT * FROM case_leases x WHERE x.agent_id = p.agent_id ORDER BY x.acquired_at LIMIT 50) l JOIN cases c USING (case_id) JOIN queues q USING (queue_id) WHERE c.queue_id = ANY (p_queues)) h
   WHERE s.since IS NOT NULL OR h.cases <> '[]' $$;
-- the nearest of all that is not closed: per queue and kind of work an index probe, merged; what somebody
-- outside must do comes after what we can do
CREATE FUNCTION nearest_json(p_queues int[], p_limit int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(row_json(c) ORDER BY c.work = 'waiting', c.sort_at, c.case_id), '[]') FROM
     (SELECT x.case_id FROM unnest(p_queues) q(id) CROSS JOIN unnest(ARRAY['open', 'held', 'waiting']::work_state[]) w(work) CROSS JOIN LATERAL
        (SELECT case_id, sort_at FROM cases WHERE queue_id = q.id AND work = w.work AND work <> 'closed' AND sort_at < '9999-01-01Z' ORDER BY sort_at, case_id LIMIT p_limit) x
      ORDER BY w.work = 'waiting', x.sort_at, x.case_id LIMIT p_limit) n JOIN cases c USING (case_id) $$;
CREATE FUNCTION raised_json(p_queues int[], p_limit int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(row_json(c) || jsonb_build_object('raised_at', c.raised_at) ORDER BY c.raised_at, c.case_id), '[]') FROM
     (SELECT * FROM cases WHERE queue_id = ANY (p_queues) AND raised_at IS NOT NULL AND work <> 'closed' ORDER BY raised_at, case_id LIMIT p_limit) c $$;
CREATE FUNCTION trend_json(p_queue int, p_now timestamptz) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('at', at, 'desk', n_desk, 'overdue', n_overdue) ORDER BY at), '[]') FROM board_samples WHERE queue_id = p_queue AND at > p_now - interval '8 hours' AND at <= p_now $$;

CREATE FUNCTION loket_api.board() RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET jit = off SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE mine int[]; n timestamptz := legal_now();
BEGIN
  PERFORM require_agent();
  mine := my_queues();
  PERFORM loket_api.board_refresh();
  RETURN jsonb_build_object('legal_now', n, 'computed_at', (SELECT min(computed_at) + (SELECT legal_offset FROM settings) FROM queue_board WHERE queue_id = ANY (mine)),
    'queues', (SELECT coalesce(jsonb_agg(jsonb_build_object('queue_id', q.queue_id, 'key', q.key, 'country', queue_country(q.queue_id), 'open', b.n_open, 'held', b.n_held, 'waiting', b.n_waiting, 'overdue', b.n_overdue,
        'due_15', b.n_due_15, 'due_60', b.n_due_60, 'due_day', b.n_due_day, 'raised', b.n_raised, 'oldest_at', b.oldest_at, 'day', d.day, 'came_in', d.n_in, 'closed', d.n_out, 'done', d.n_done,
        'trend', trend_json(q.queue_id, n)) ORDER BY q.queue_id), '[]') FROM queues q JOIN queue_board b USING (queue_id) JOIN queue_days d USING (queue_id) WHERE q.queue_id = ANY (mine)),
    'nearest', nearest_json(mine, 30), 'people', people_json(mine), 'raised', raised_json(mine, 30),
    'wash', CASE WHEN EXISTS (SELECT 1 FROM queues WHERE key = 'wash' AND queue_id = ANY (mine)) AND EXISTS (SELECT 1 FROM wash_flow) THEN loket_api.wash_progress(8) END);
END $$;

-- ---------------------------------------------------------------- share on time
-- A clock belongs to the month in which it was due, in its country: one that ends with the last day of
-- a month is due in that month, although its instant is the first of the next.
CREATE FUNCTION in_month(p_due timestamptz, p_comparison text, p_from timestamptz, p_until timestamptz) RETURNS bool LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_comparison = 'before' THEN p_due > p_from AND p_due <= p_until ELSE p_due >= p_from AND p_due < p_until END $$;
CREATE FUNCTION month_start(p_month date, p_country text) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT date_trunc('month', p_month::timestamp) AT TIME ZONE zone_of(p_country) $$;
-- One word for what became of a clock. What came too late, and what an edit of the calendar made
-- late, is nobody's breach; a breach on record stays one, whatever happened after.
CREATE FUNCTION clock_result(p_due timestamptz, p_comparison text, p_breached timestamptz, p_outcome text, p_arrival bool, p_retriage bool, p_now timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_arrival THEN 'late_on_arrival' WHEN p_retriage THEN 'late_by_retriage' WHEN p_outcome IN ('met', 'met_late', 'lapsed') THEN p_outcome
     WHEN p_breached IS NOT NULL OR (p_outcome IS NULL AND (p_due < p_now OR (p_comparison = 'before' AND p_due <= p_now))) THEN 'breached'
     WHEN p_outcome = 'cancelled' THEN 'cancelled' ELSE 'running' END $$;
CREATE FUNCTION loket_api.on_time(p_month date, p_process text) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET jit = off SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE mine int[]; n timestamptz := legal_now(); m date := date_trunc('month', p_month)::date;
BEGIN
  PERFORM require_agent();
  mine := my_queues();
  RETURN (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.whose, x.process, x.clock), '[]') FROM
    (SELECT m AS month, c.process, d.key AS clock, d.whose, count(*) FILTER (WHERE r.result = 'met') AS met, count(*) FILTER (WHERE r.result = 'met_late') AS met_late,
       count(*) FILTER (WHERE r.result = 'breached') AS breached, count(*) FILTER (WHERE r.result = 'lapsed') AS lapsed, count(*) FILTER (WHERE r.result = 'running') AS running,
       count(*) FILTER (WHERE r.result = 'cancelled') AS cancelled, count(*) FILTER (WHERE r.result = 'late_on_arrival') AS late_on_arrival, count(*) FILTER (WHERE r.result = 'late_by_retriage') AS late_by_retriage
     FROM (SELECT process, month_start(m, country) AS a, month_start((m + interval '1 month')::date, country) AS b FROM processes WHERE p_process IS NULL OR process = p_process OFFSET 0) p
     JOIN cases c USING (process) JOIN deadlines d USING (case_id)
     CROSS JOIN LATERAL (SELECT clock_result(d.due_at, d.comparison, d.breached_at, d.outcome, d.late_on_arrival, d.late_by_retriage, n) AS result) r
     -- the days around the month are what the index is asked for
     WHERE d.due_at >= m - interval '1 day' AND d.due_at <= m + interval '1 month 1 day' AND in_month(d.due_at, d.comparison, p.a, p.b) AND c.queue_id = ANY (mine) AND d.key NOT IN ('promise', 'snooze')
     GROUP BY 2, 3, 4) x);
END $$;
-- the cases behind a number, in the order in which they were due, after that place
CREATE FUNCTION loket_api.on_time_cases(p_month date, p_process text, p_clock text, p_due timestamptz, p_case bigint, p_run int, p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET jit = off SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE mine int[]; n timestamptz := legal_now(); m date := date_trunc('month', p_month)::date; a timestamptz; b timestamptz;
BEGIN
  PERFORM require_agent();
  mine := my_queues();
  SELECT month_start(m, country), month_start((m + interval '1 month')::date, country) INTO a, b FROM processes WHERE process = p_process;
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', x.case_id, 'case_no', x.case_no, 'run', x.run, 'started_at', x.started_at, 'due_at', x.due_at, 'comparison', x.comparison,
      'breached_at', x.breached_at, 'ended_at', x.ended_at, 'result', clock_result(x.due_at, x.comparison, x.breached_at, x.outcome, x.late_on_arrival, x.late_by_retriage, n)) ORDER BY x.due_at, x.case_id, x.run), '[]')
    FROM (SELECT d.*, c.case_no FROM deadlines d JOIN cases c USING (case_id)
      WHERE d.due_at >= coalesce(p_due, a) AND d.due_at <= b AND d.key = p_clock AND in_month(d.due_at, d.comparison, a, b) AND c.process = p_process AND c.queue_id = ANY (mine)
        AND (p_due IS NULL OR (d.due_at, d.case_id, d.run) > (p_due, p_case, p_run))
      ORDER BY d.due_at, d.case_id, d.run LIMIT least(greatest(p_limit, 1), 2000)) x);
END $$;
