-- Taking back: the last change of a person, for as long as nothing of it has left the house and nobody
-- built on it. What the case was before is kept in one row per case for as long as that lasts.
SET LOCAL search_path = loket, pg_catalog, ext;

-- facts only as the case has them, no texts; the worker clears rows whose time is over
CREATE TABLE undo (
  case_id bigint PRIMARY KEY REFERENCES cases, seq int NOT NULL,   -- the event that may be taken back
  agent_id int NOT NULL REFERENCES agents, held bool NOT NULL,     -- whose it is, and whether he held the case
  until timestamptz NOT NULL,                                     -- technical time
  kept text CHECK (kept IN ('at_once', 'destroyed', 'opened', 'signal')),  -- why it never can be
  before jsonb NOT NULL, clocks jsonb NOT NULL, skips jsonb NOT NULL,
  slot jsonb                                                      -- what it held, of a change that did something to it
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX undo_until ON undo (until);

-- a change that only writes something down: it builds on nothing, and nothing of it can be undone
CREATE FUNCTION is_note(p_change jsonb) RETURNS bool LANGUAGE sql IMMUTABLE AS
$$ SELECT p_change -> 'facts' = '{}' AND clears_of(p_change) = '{}' AND p_change -> 'clocks' = '[]' AND p_change -> 'messages' = '[]' AND p_change -> 'destroy' = '[]'
     AND jsonb_typeof(p_change -> 'opens') IS DISTINCT FROM 'object' AND jsonb_typeof(p_change -> 'slot') IS DISTINCT FROM 'object'
     AND p_change -> 'from' = p_change -> 'to' $$;

-- Called by `apply` before it writes anything: keeps the case as it is, and answers how long the
-- messages of the change wait. Whatever came before cannot be taken back any more, so that its messages
-- wait no longer: a block that follows is not held up by them (they leave in order).
CREATE FUNCTION undo_keep(p_case bigint, p_agent int, p_session uuid, p_change jsonb, p_reference text) RETURNS interval
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE g interval; k text; t timestamptz := clock_timestamp(); ops jsonb := p_change -> 'clocks';
BEGIN
  IF is_note(p_change) THEN RETURN interval '0'; END IF;
  UPDATE outbox SET not_before = t WHERE case_id = p_case AND not_before > t AND attempts = 0 AND dead_at IS NULL;
  SELECT grace INTO g FROM settings;
  IF g = interval '0' OR p_session IS NULL OR my_role() NOT IN ('agent', 'lead', 'admin') THEN RETURN interval '0'; END IF;
  k := CASE WHEN jsonb_typeof(p_change -> 'opens') = 'object' THEN 'opened'
    WHEN p_change ->> 'action' = 'further_signal' OR p_reference IS NOT NULL THEN 'signal'
    WHEN EXISTS (SELECT 1 FROM jsonb_array_elements_text(p_change -> 'messages') m WHERE leaves_at_once(m)) THEN 'at_once'
    WHEN EXISTS (SELECT 1 FROM documents WHERE case_id = p_case AND bytes IS NOT NULL AND purpose IN (SELECT jsonb_array_elements_text(p_change -> 'destroy'))) THEN 'destroyed' END;
  INSERT INTO undo AS u (case_id, seq, agent_id, held, until, kept, before, clocks, skips, slot)
  SELECT c.case_id, c.last_seq + 1, p_agent, EXISTS (SELECT 1 FROM case_leases l WHERE l.case_id = p_case AND l.agent_id = p_agent), t + g, k,
      -- all but what is fixed, what follows from the rest, and the chain
      to_jsonb(c) - ARRAY['case_id', 'case_no', 'queue_id', 'process', 'opened_at', 'work', 'fence', 'version', 'last_hash', 'last_seq', 'subject', 'reference',
        'sort_at', 'due_clock', 'due_warn', 'due_comparison', 'due_whose', 'due_breached', 'due_retriaged', 'promise_at'],
      (SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM deadlines d WHERE d.case_id = p_case
         AND EXISTS (SELECT 1 FROM jsonb_array_elements(ops) o WHERE o ->> 'key' = d.key AND (o ->> 'run')::int = d.run)),
      (SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM skips s WHERE s.case_id = p_case),
      CASE WHEN jsonb_typeof(p_change -> 'slot') = 'object' THEN coalesce((SELECT to_jsonb(h) FROM slot_holds h WHERE h.case_id = p_case), '{}') END
    FROM cases c WHERE c.case_id = p_case
  ON CONFLICT (case_id) DO UPDATE SET seq = excluded.seq, agent_id = excluded.agent_id, held = excluded.held, until = excluded.until, kept = excluded.kept,
    before = excluded.before, clocks = excluded.clocks, skips = excluded.skips, slot = excluded.slot;
  RETURN CASE WHEN k IS NULL THEN g ELSE interval '0' END;
END $$;

-- the change that an event tells
CREATE FUNCTION change_of(p_case bigint, p_seq int) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT body -> 'change' FROM case_events WHERE case_id = p_case AND seq = p_seq); END $$;

-- who did what since, that does more than note something or pass the case through hands
CREATE FUNCTION built_on(p_case cases, p_seq int, p_agent int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT jsonb_build_object('key', CASE WHEN e.kind = 'taken_back' THEN 'undo_done' WHEN g.role = 'worker' OR g.role IS NULL THEN 'undo_by_itself'
       WHEN e.agent_id = p_agent THEN 'undo_own' ELSE 'undo_built_on' END,
     'args', jsonb_build_object('agent', coalesce(g.name, ''), 'what', 'action.' || p_case.process || '.' || e.kind))
   FROM case_events e LEFT JOIN agents g USING (agent_id)
   WHERE e.case_id = p_case.case_id AND e.seq > p_seq AND e.kind NOT IN ('claimed', 'released', 'skipped', 'taken_over', 'lease_returned', 'unmasked', 'consumption_seen', 'consumption_exported') AND is_note(e.body -> 'change') IS NOT TRUE
   ORDER BY e.seq LIMIT 1); END $$;

-- What stands against taking back that event, as a refusal; NULL when nothing does. The caller holds
-- the locks, or only wants to show it.
CREATE FUNCTION undo_stands(p_case cases, p_seq int, p_agent int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE u undo%ROWTYPE; r jsonb; said text; args jsonb := '{}'; mine bool;
BEGIN
  r := built_on(p_case, p_seq, p_agent);
  IF r IS NULL THEN
    SELECT * INTO u FROM undo WHERE case_id = p_case.case_id AND seq = p_seq;
    mine := u.agent_id = p_agent OR my_role() IN ('lead', 'admin');
    IF u.case_id IS NULL THEN said := 'undo_nothing';
    ELSIF NOT mine THEN
      said := 'undo_not_yours'; args := jsonb_build_object('agent', (SELECT name FROM agents WHERE agent_id = u.agent_id));
    ELSIF u.kept IS NOT NULL THEN said := 'undo_' || u.kept;
    ELSE
      SELECT 'undo_held', jsonb_build_object('agent', a.name) INTO said, args FROM case_leases l JOIN agents a USING (agent_id)
        WHERE l.case_id = p_case.case_id AND l.agent_id NOT IN (u.agent_id, p_agent);
      IF NOT FOUND THEN                               -- taken for delivery once: perhaps delivered
        SELECT 'undo_left', jsonb_build_object('message', 'message.' || m) INTO said, args FROM jsonb_array_elements_text(change_of(u.case_id, u.seq) -> 'messages') m
          WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = u.case_id AND o.seq = u.seq AND o.kind = m AND o.attempts = 0 AND o.locked_until IS NULL AND o.dead_at IS NULL) LIMIT 1;
      END IF;
      IF said IS NULL AND u.until < clock_timestamp() THEN said := 'undo_too_late'; args := '{}'; END IF;
      IF said IS NULL AND (p_case.work = 'closed' OR p_case.unique_key IS DISTINCT FROM u.before ->> 'unique_key')
         AND EXISTS (SELECT 1 FROM cases x WHERE x.process = p_case.process AND x.unique_key = u.before ->> 'unique_key' AND x.work <> 'closed' AND x.case_id <> p_case.case_id) THEN
        said := 'twin_open'; args := '{}'; END IF;
      IF said IS NULL AND EXISTS (SELECT 1 FROM slots s WHERE s.slot_id = (u.slot ->> 'slot_id')::bigint AND s.taken >= s.capacity
          AND NOT EXISTS (SELECT 1 FROM slot_holds h WHERE h.case_id = u.case_id AND h.slot_id = s.slot_id)) THEN
        said := 'undo_slot'; args := '{}'; END IF;
    END IF;
    IF said IS NULL THEN RETURN NULL; END IF;
    r := jsonb_build_object('key', said, 'args', coalesce(args, '{}'));
  END IF;
  RETURN r || '{"rule":"","field":null}';
END $$;

-- the clocks that the change touched, as they were
CREATE FUNCTION undo_clocks(p_case bigint, p_seq int, p_before jsonb) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM deadlines d USING jsonb_array_elements(change_of(p_case, p_seq) -> 'clocks') o
    WHERE d.case_id = p_case AND d.key = o ->> 'key' AND d.run = (o ->> 'run')::int;
  INSERT INTO deadlines SELECT * FROM jsonb_populate_recordset(NULL::deadlines, p_before);
END $$;
-- Who holds the case then: whoever holds it now; else the agent who takes back and held it before, if
-- he may hold one more; else the pool.
CREATE FUNCTION undo_lease(p_case cases, p_undo undo, p_agent int, p_session uuid, p_full jsonb) RETURNS cases
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := p_case;
BEGIN
  c.work := state_work(c.process, c.state);
  IF EXISTS (SELECT 1 FROM case_leases WHERE case_id = c.case_id) THEN
    IF c.work = 'closed' THEN RETURN lease_end(c); END IF;
    c.work := 'held';
  ELSIF c.work <> 'closed' AND p_undo.held AND p_undo.agent_id = p_agent AND p_full IS NULL THEN
    c.fence := c.fence + 1;
    c := lease_begin(c, p_session, p_agent, 'by_hand');
  END IF;
  RETURN c;
END $$;

-- Takes back what event `p_seq` did: its messages, its clocks, its facts, in one transaction. The event
-- stays in the chain and another one says that it was taken back.
CREATE FUNCTION loket_api.take_back(p_cmd uuid, p_session uuid, p_case bigint, p_seq int) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); r jsonb; full_ jsonb; c cases%ROWTYPE; u undo%ROWTYPE; done jsonb; raised timestamptz; was cases%ROWTYPE;
BEGIN
  r := command_begin(p_cmd, a, 'take_back', concat_ws(' ', p_case, p_seq)); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_session(p_session, a);
  PERFORM claim_queue_up(a);                          -- its lock comes before that of the case
  c := case_lock(p_case);
  full_ := claim_limit(a, c.queue_id);
  PERFORM 1 FROM outbox WHERE case_id = p_case AND seq = p_seq ORDER BY outbox_id FOR UPDATE;   -- whoever just took one for delivery wins
  r := undo_stands(c, p_seq, a);
  IF r IS NOT NULL THEN PERFORM refuse(r ->> 'key', '', r -> 'args'); END IF;
  SELECT * INTO STRICT u FROM undo WHERE case_id = p_case;
  done := change_of(p_case, p_seq);
  DELETE FROM outbox WHERE case_id = p_case AND seq = p_seq;
  DELETE FROM signals WHERE case_id = p_case AND seq = p_seq;
  PERFORM undo_clocks(p_case, p_seq, u.clocks);
  IF u.slot IS NOT NULL THEN PERFORM slot_back(p_case, u.slot); END IF;
  UPDATE texts SET withdrawn = true WHERE case_id = p_case AND text_id IN (SELECT (t ->> 'id')::uuid FROM jsonb_array_elements(done -> 'texts') t);
  -- who passed the case over before did so still; what was raised since stays raised
  INSERT INTO skips SELECT * FROM jsonb_populate_recordset(NULL::skips, u.skips) ON CONFLICT DO NOTHING;
  raised := c.raised_at;
  was := c;
  c := undo_lease(jsonb_populate_record(c, u.before), u, a, p_session, full_);
  c.raised_at := coalesce(raised, c.raised_at);
  c.subject := subject_of(c);
  c := case_write(with_nearest_clock(c), 'taken_back', a, p_session, p_cmd, jsonb_build_object('seq', p_seq, 'action', done ->> 'action'), legal_now());
  IF done -> 'texts' <> '[]' OR (was.ean, was.customer_ref, was.subject) IS DISTINCT FROM (c.ean, c.customer_ref, c.subject) THEN PERFORM search_renew(ARRAY[p_case]); END IF;
  IF c.process = 'wash' THEN PERFORM wash_unfollow(c, p_seq, done); END IF;
  DELETE FROM undo WHERE case_id = p_case;
  RETURN command_end(p_cmd, applied(c, NULL));
END $$;

-- what `apply` offers with its result: its own change, when it can be taken back
CREATE FUNCTION undo_offer(p_case cases) RETURNS jsonb LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT coalesce((SELECT jsonb_build_object('undo', jsonb_build_object('seq', u.seq, 'until', u.until + s.legal_offset))
     FROM undo u, settings s WHERE u.case_id = p_case.case_id AND u.seq = p_case.last_seq AND u.kept IS NULL), '{}')); END $$;
-- what a console shows of it, as long as its time runs; instants in legal time, as everywhere
CREATE FUNCTION undo_json(p_case cases) RETURNS jsonb LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT jsonb_build_object('seq', u.seq, 'action', d.change ->> 'action', 'agent', g.name, 'until', u.until + s.legal_offset, 'messages', d.change -> 'messages',
     'state', u.before ->> 'state', 'gets_back', u.held AND u.agent_id = me(), 'stands', undo_stands(p_case, u.seq, me()))
   FROM undo u JOIN agents g USING (agent_id) CROSS JOIN settings s CROSS JOIN LATERAL (SELECT change_of(u.case_id, u.seq) AS change) d
   WHERE u.case_id = p_case.case_id AND u.until > clock_timestamp()); END $$;

CREATE FUNCTION loket_api.undo_clear() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n int;
BEGIN
  PERFORM require_role('worker', 'admin');
  DELETE FROM undo WHERE case_id IN (SELECT case_id FROM undo WHERE until < clock_timestamp() - interval '1 min' ORDER BY until LIMIT 1000 FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;

-- so long a change can be taken back, in seconds; 0 is never
CREATE FUNCTION loket_api.grace() RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_agent();
  RETURN (SELECT extract(epoch FROM grace)::int FROM settings);
END $$;
CREATE FUNCTION loket_api.grace_set(p_seconds int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('admin');
  IF p_seconds IS NULL OR p_seconds NOT BETWEEN 0 AND 600 THEN PERFORM refuse('bad_grace'); END IF;
  UPDATE settings SET grace = make_interval(secs => p_seconds);
  RETURN p_seconds;
END $$;
