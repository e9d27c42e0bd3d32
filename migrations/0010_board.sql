-- The board: what a lead watches. Counted by whoever comes first, at most once in two seconds, for
-- all who look; the flow of the day and the trend at most once in thirty. Readers read rows.
SET LOCAL search_path = loket, pg_catalog, ext;

CREATE TABLE queue_board (
  queue_id int PRIMARY KEY REFERENCES queues, n_open int NOT NULL, n_held int NOT NULL,
  n_waiting int NOT NULL, n_overdue int NOT NULL, n_due_15 int NOT NULL, n_due_60 int NOT NULL,
  n_due_day int NOT NULL, n_raised int NOT NULL, oldest_at timestamptz, computed_at timestamptz NOT NULL) WITH (fillfactor = 50);
-- the local day of the queue's country: cases opened, cases closed, pieces of work that left the desk
CREATE TABLE queue_days (
  queue_id int PRIMARY KEY REFERENCES queues, day date NOT NULL, opens_at timestamptz,
  n_in int NOT NULL, n_out int NOT NULL, n_done int NOT NULL) WITH (fillfactor = 50);
CREATE TABLE board_people (agent_id int PRIMARY KEY REFERENCES agents, done_at timestamptz NOT NULL, n_done int NOT NULL) WITH (fillfactor = 50);
CREATE TABLE board_samples (
  queue_id int NOT NULL REFERENCES queues, at timestamptz NOT NULL, n_desk int NOT NULL, n_overdue int,
  PRIMARY KEY (queue_id, at));
-- when the last count was, and what it cost: counting takes at most a twentieth of one core
CREATE TABLE board_runs (
  one bool PRIMARY KEY DEFAULT true CHECK (one), legal_offset interval NOT NULL DEFAULT '0',
  quick_at timestamptz NOT NULL DEFAULT '-infinity', quick_cost interval NOT NULL DEFAULT '0',
  slow_at timestamptz NOT NULL DEFAULT '-infinity', slow_cost interval NOT NULL DEFAULT '0');
INSERT INTO board_runs DEFAULT VALUES;

CREATE INDEX cases_raised ON cases (queue_id, raised_at) WHERE raised_at IS NOT NULL AND work <> 'closed';
-- changes of a queue by legal time: the flow of the day, and what the trend was before anybody looked
CREATE INDEX case_events_changes ON case_events (queue_id, legal_at) WHERE body ? 'change' OR kind = 'taken_back';
CREATE INDEX deadlines_by_due ON deadlines USING brin (due_at) WITH (pages_per_range = 16, autosummarize = on);

CREATE FUNCTION queue_country(p_queue int) RETURNS text LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce((SELECT min(country) FROM processes WHERE queue_id = p_queue), 'NL') $$;
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

-- Changes of state in a queue between two instants. `move`: 1 came to the desk, -1 left it; `flow`:
-- 1 came in (opened, reopened), -1 was closed; `sign` is -1 where a change was taken back.
CREATE FUNCTION board_changes(p_queue int, p_from timestamptz, p_until timestamptz) RETURNS TABLE (at timestamptz, agent_id int, sign int, move int, flow int)
LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT e.legal_at, e.agent_id, e.sign, (t.work = 'open')::int - coalesce(f.work = 'open', false)::int, (t.work <> 'closed')::int - coalesce(f.work <> 'closed', false)::int
   FROM (SELECT x.legal_at, x.agent_id, CASE x.kind WHEN 'taken_back' THEN -1 ELSE 1 END AS sign, CASE x.kind WHEN 'taken_back'
           THEN (SELECT o.body -> 'change' FROM case_events o WHERE o.case_id = x.case_id AND o.seq = (x.body ->> 'seq')::int) ELSE x.body -> 'change' END AS change
         FROM case_events x WHERE x.queue_id = p_queue AND (x.body ? 'change' OR x.kind = 'taken_back') AND x.legal_at >= p_from AND x.legal_at < p_until) e
   JOIN process_states t ON t.process = e.change ->> 'process' AND t.state = e.change ->> 'to'
   LEFT JOIN process_states f ON f.process = e.change ->> 'process' AND f.state = e.change ->> 'from' $$;

-- the day's flow of each queue, and who did what last
CREATE FUNCTION board_flow(p_now timestamptz) RETURNS void LANGUAGE sql SET search_path = loket, pg_catalog, pg_temp AS
$$ WITH q AS (SELECT q.queue_id, k.country, zone_of(k.country) AS zone, (p_now AT TIME ZONE zone_of(k.country))::date AS day
     FROM queues q CROSS JOIN LATERAL (SELECT queue_country(q.queue_id) AS country) k),
   e AS MATERIALIZED (SELECT q.queue_id, x.* FROM q CROSS JOIN LATERAL
     board_changes(q.queue_id, q.day::timestamp AT TIME ZONE q.zone, (q.day + 1)::timestamp AT TIME ZONE q.zone) x),
   days AS (INSERT INTO queue_days SELECT q.queue_id, q.day, desk_opens(q.country, p_now), greatest(coalesce(sum(e.sign) FILTER (WHERE e.flow = 1), 0), 0), greatest(coalesce(sum(e.sign) FILTER (WHERE e.flow = -1), 0), 0), greatest(coalesce(sum(e.sign) FILTER (WHERE e.move = -1), 0), 0)
     FROM q LEFT JOIN e USING (queue_id) GROUP BY q.queue_id, q.day, q.country
     ON CONFLICT (queue_id) DO UPDATE SET day = excluded.day, opens_at = excluded.opens_at, n_in = excluded.n_in, n_out = excluded.n_out, n_done = excluded.n_done),
   gone AS (DELETE FROM board_people WHERE agent_id NOT IN (SELECT agent_id FROM e WHERE agent_id IS NOT NULL))
   INSERT INTO board_people SELECT agent_id, max(at), greatest(sum(sign), 0) FROM e WHERE agent_id IS NOT NULL GROUP BY 1
     ON CONFLICT (agent_id) DO UPDATE SET done_at = excluded.done_at, n_done = excluded.n_done $$;

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
        CROSS JOIN LATERAL board_changes(m.queue_id, m.since, 'infinity') x WHERE x.move <> 0)
    SELECT m.queue_id, m.at, greatest(m.desk - coalesce(sum(v.move), 0), 0), NULL FROM missing m LEFT JOIN moves v ON v.queue_id = m.queue_id AND v.at >= m.at GROUP BY 1, 2, m.desk;
END $$;

CREATE FUNCTION loket_api.board_refresh() RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := clock_timestamp(); n timestamptz := legal_now(); shift interval; r board_runs%ROWTYPE; fresh bool;
BEGIN
  PERFORM require_agent();
  IF NOT pg_try_advisory_xact_lock(4242, 2) THEN RETURN false; END IF;
  SELECT legal_offset INTO shift FROM settings;
  SELECT * INTO r FROM board_runs;
  fresh := r.legal_offset = shift AND NOT EXISTS (SELECT 1 FROM queues q WHERE NOT EXISTS (SELECT 1 FROM queue_board b WHERE b.queue_id = q.queue_id));
  IF fresh AND t - r.quick_at BETWEEN interval '0' AND greatest(interval '1900 ms', 20 * r.quick_cost) THEN RETURN false; END IF;
  IF NOT fresh OR NOT t - r.slow_at BETWEEN interval '0' AND greatest(interval '30 s', 20 * r.slow_cost)
      OR EXISTS (SELECT 1 FROM queue_days d WHERE d.day <> (n AT TIME ZONE zone_of(queue_country(d.queue_id)))::date) THEN
    PERFORM board_flow(n);
    UPDATE board_runs SET slow_at = t, slow_cost = clock_timestamp() - t;
    r.slow_at := t; t := clock_timestamp();
  END IF;
  INSERT INTO queue_board SELECT c.*, t FROM board_counts(n) c
    ON CONFLICT (queue_id) DO UPDATE SET n_open = excluded.n_open, n_held = excluded.n_held, n_waiting = excluded.n_waiting, n_overdue = excluded.n_overdue, n_due_15 = excluded.n_due_15,
      n_due_60 = excluded.n_due_60, n_due_day = excluded.n_due_day, n_raised = excluded.n_raised, oldest_at = excluded.oldest_at, computed_at = excluded.computed_at;
  UPDATE board_runs SET quick_at = t, quick_cost = clock_timestamp() - t, legal_offset = shift;
  PERFORM board_sample(n);
  RETURN true;
END $$;

-- ---------------------------------------------------------------- reading
-- Who is on, or holds something although nobody sits there: an index probe for each.
CREATE FUNCTION people_json(p_queues int[]) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('agent_id', p.agent_id, 'name', p.name, 'role', p.role, 'queues', p.queues, 'online_since', s.since + o.legal_offset, 'done_at', d.done_at, 'done', coalesce(d.n_done, 0), 'holds', h.cases)
       ORDER BY s.since IS NULL, p.name, p.agent_id), '[]')
   FROM (SELECT a.agent_id, a.name, a.role, (SELECT array_agg(q.queue_id ORDER BY 1) FROM agent_queues q WHERE q.agent_id = a.agent_id) AS queues FROM agents a
       WHERE a.disabled_at IS NULL AND a.role IN ('agent', 'lead') AND EXISTS (SELECT 1 FROM agent_queues q WHERE q.agent_id = a.agent_id AND q.queue_id = ANY (p_queues))) p
   CROSS JOIN (SELECT legal_offset FROM settings) o LEFT JOIN board_people d USING (agent_id)
   CROSS JOIN LATERAL (SELECT min(opened_at) AS since FROM agent_sessions x WHERE x.agent_id = p.agent_id AND x.lost_at IS NULL AND NOT x.detached AND x.expires_at > clock_timestamp()) s
   CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('row', row_json(c), 'since', l.acquired_at + o.legal_offset) ORDER BY l.acquired_at, l.case_id), '[]') AS cases
       FROM (SELECT * FROM case_leases x WHERE x.agent_id = p.agent_id ORDER BY x.acquired_at LIMIT 50) l JOIN cases c USING (case_id) WHERE c.queue_id = ANY (p_queues)) h
   WHERE s.since IS NOT NULL OR h.cases <> '[]' $$;
-- the nearest of all that is not closed: per queue and kind of work an index probe, merged
CREATE FUNCTION nearest_json(p_queues int[], p_limit int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(row_json(c) ORDER BY c.sort_at, c.case_id), '[]') FROM
     (SELECT x.case_id FROM unnest(p_queues) q(id) CROSS JOIN unnest(ARRAY['open', 'held', 'waiting']::work_state[]) w(work) CROSS JOIN LATERAL
        (SELECT case_id, sort_at FROM cases WHERE queue_id = q.id AND work = w.work AND work <> 'closed' AND sort_at < '9999-01-01Z' ORDER BY sort_at, case_id LIMIT p_limit) x
      ORDER BY x.sort_at, x.case_id LIMIT p_limit) n JOIN cases c USING (case_id) $$;
CREATE FUNCTION raised_json(p_queues int[], p_limit int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(row_json(c) || jsonb_build_object('raised_at', c.raised_at) ORDER BY c.raised_at, c.case_id), '[]') FROM
     (SELECT * FROM cases WHERE queue_id = ANY (p_queues) AND raised_at IS NOT NULL AND work <> 'closed' ORDER BY raised_at, case_id LIMIT p_limit) c $$;
CREATE FUNCTION trend_json(p_queue int, p_now timestamptz) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('at', at, 'desk', n_desk, 'overdue', n_overdue) ORDER BY at), '[]') FROM board_samples WHERE queue_id = p_queue AND at > p_now - interval '8 hours' AND at <= p_now $$;

CREATE FUNCTION loket_api.board() RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE mine int[]; n timestamptz := legal_now();
BEGIN
  PERFORM require_agent();
  mine := my_queues();
  PERFORM loket_api.board_refresh();
  RETURN jsonb_build_object('legal_now', n, 'computed_at', (SELECT min(computed_at) + (SELECT legal_offset FROM settings) FROM queue_board WHERE queue_id = ANY (mine)),
    'queues', (SELECT coalesce(jsonb_agg(jsonb_build_object('queue_id', q.queue_id, 'key', q.key, 'country', queue_country(q.queue_id), 'open', b.n_open, 'held', b.n_held, 'waiting', b.n_waiting, 'overdue', b.n_overdue,
        'due_15', b.n_due_15, 'due_60', b.n_due_60, 'due_day', b.n_due_day, 'raised', b.n_raised, 'oldest_at', b.oldest_at, 'day', d.day, 'came_in', d.n_in, 'closed', d.n_out, 'done', d.n_done,
        'trend', trend_json(q.queue_id, n)) ORDER BY q.queue_id), '[]') FROM queues q JOIN queue_board b USING (queue_id) JOIN queue_days d USING (queue_id) WHERE q.queue_id = ANY (mine)),
    'nearest', nearest_json(mine, 30), 'people', people_json(mine), 'raised', raised_json(mine, 30));
END $$;

-- ---------------------------------------------------------------- share on time
-- The month in which a clock was due, in its country: one that ends with the last day of a month is
-- due in that month, although its instant is the first of the next.
CREATE FUNCTION due_month(p_due timestamptz, p_comparison text, p_country text) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date_trunc('month', (CASE WHEN p_comparison = 'before' THEN p_due - interval '1 us' ELSE p_due END) AT TIME ZONE loket.zone_of(p_country))::date $$;
-- One word for what became of a clock. What came too late, and what an edit of the calendar made
-- late, is nobody's breach; a breach on record stays one, whatever happened after.
CREATE FUNCTION clock_result(d deadlines, p_now timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN d.late_on_arrival THEN 'late_on_arrival' WHEN d.late_by_retriage THEN 'late_by_retriage'
     WHEN d.outcome IN ('met', 'met_late', 'lapsed') THEN d.outcome
     WHEN d.breached_at IS NOT NULL OR (d.outcome IS NULL AND (d.due_at < p_now OR (d.comparison = 'before' AND d.due_at <= p_now))) THEN 'breached'
     WHEN d.outcome = 'cancelled' THEN 'cancelled' ELSE 'running' END $$;
-- all clocks that were due in a month; the instants around it are what the index is asked for
CREATE FUNCTION clocks_of_month(p_month date, p_queues int[], p_now timestamptz) RETURNS TABLE (d deadlines, case_no text, queue_id int, process text, result text)
LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT d, c.case_no, c.queue_id, c.process, clock_result(d, p_now)
   FROM deadlines d JOIN cases c USING (case_id) JOIN processes p USING (process)
   WHERE d.due_at >= p_month::timestamp AT TIME ZONE 'UTC' - interval '1 day' AND d.due_at <= (p_month + interval '1 month') AT TIME ZONE 'UTC' + interval '1 day'
     AND due_month(d.due_at, d.comparison, p.country) = p_month AND c.queue_id = ANY (p_queues) $$;
CREATE FUNCTION loket_api.on_time(p_month date, p_process text) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE mine int[]; n timestamptz := legal_now(); m date := date_trunc('month', p_month)::date;
BEGIN
  PERFORM require_agent();
  mine := my_queues();
  RETURN (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.whose, x.process, x.clock), '[]') FROM
    (SELECT m AS month, process, (d).key AS clock, (d).whose, count(*) FILTER (WHERE result = 'met') AS met, count(*) FILTER (WHERE result = 'met_late') AS met_late,
       count(*) FILTER (WHERE result = 'breached') AS breached, count(*) FILTER (WHERE result = 'lapsed') AS lapsed, count(*) FILTER (WHERE result = 'running') AS running,
       count(*) FILTER (WHERE result = 'cancelled') AS cancelled, count(*) FILTER (WHERE result = 'late_on_arrival') AS late_on_arrival, count(*) FILTER (WHERE result = 'late_by_retriage') AS late_by_retriage
     FROM clocks_of_month(m, mine, n) WHERE p_process IS NULL OR process = p_process GROUP BY 2, 3, 4) x);
END $$;
-- the cases behind a number, in the order in which they were due, after that place
CREATE FUNCTION loket_api.on_time_cases(p_month date, p_process text, p_clock text, p_due timestamptz, p_case bigint, p_run int, p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE mine int[]; n timestamptz := legal_now(); m date := date_trunc('month', p_month)::date;
BEGIN
  PERFORM require_agent();
  mine := my_queues();
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', (d).case_id, 'case_no', case_no, 'run', (d).run, 'started_at', (d).started_at, 'due_at', (d).due_at, 'comparison', (d).comparison,
      'breached_at', (d).breached_at, 'ended_at', (d).ended_at, 'result', result) ORDER BY (d).due_at, (d).case_id, (d).run), '[]')
    FROM (SELECT * FROM clocks_of_month(m, mine, n) WHERE process = p_process AND (d).key = p_clock AND (p_due IS NULL OR ((d).due_at, (d).case_id, (d).run) > (p_due, p_case, p_run))
          ORDER BY (d).due_at, (d).case_id, (d).run LIMIT least(greatest(p_limit, 1), 2000)) x);
END $$;
