-- Sessions, claims, leases. Two signs of death: the backend is gone (10 s of grace), or the TTL has
-- passed. They decide only when a lease returns to the pool; safety is the lease row and its fence.
SET LOCAL search_path = loket, pg_catalog, ext;

-- `proposed`: got by "next" and nothing was done with it, so that giving it back needs a reason
CREATE FUNCTION lease_json(l case_leases) RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT jsonb_build_object('case_id', l.case_id, 'fence', l.fence, 'worked_at', l.worked_at, 'proposed', l.how = 'next' AND NOT l.worked) $$;
CREATE FUNCTION leases_of(p_session uuid) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT coalesce(jsonb_agg(lease_json(l) ORDER BY case_id), '[]') FROM case_leases l WHERE session_id = p_session); END $$;
-- to people the queue of an installer's company is that of installers
CREATE FUNCTION queue_name(p_key text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_key LIKE 'firm\_%' THEN 'installation' ELSE p_key END $$;
CREATE FUNCTION me_card(p_agent int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('agent_id', a.agent_id, 'name', a.name, 'role', a.role, 'firm', a.firm_gln, 'queues',
     (SELECT coalesce(jsonb_agg(jsonb_build_object('queue_id', q.queue_id, 'key', queue_name(q.key)) ORDER BY q.queue_id), '[]')
      FROM queues q WHERE q.queue_id = ANY ((SELECT my_queues())::int[]))) FROM agents a WHERE a.agent_id = p_agent $$;

-- Nobody works in a case while the server is away, changes over, or the line is cut: when a session comes
-- back from that, the idle time of its leases begins anew. A pool that took another connection was not
-- away. Called before the session is written.
CREATE FUNCTION session_back(p_session uuid, p_agent int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := clock_timestamp();
BEGIN
  IF EXISTS (SELECT 1 FROM agent_sessions WHERE session_id = p_session AND agent_id = p_agent AND NOT detached
      AND (timeline <> timeline() OR lost_at IS NOT NULL OR backend_start < pg_postmaster_start_time() OR heartbeat_at < t - interval '30 s')) THEN
    PERFORM 1 FROM agent_sessions WHERE session_id = p_session FOR NO KEY UPDATE;   -- before its leases, as a sweep does
    UPDATE case_leases SET worked_at = t WHERE case_id IN (SELECT case_id FROM case_leases WHERE session_id = p_session FOR NO KEY UPDATE SKIP LOCKED);
  END IF;
END $$;

-- detached: the session of a command line, which lives on between calls, bounded by its TTL
CREATE FUNCTION loket_api.session_open(p_session uuid, p_client text, p_detached bool) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent(); bs timestamptz; t timestamptz := clock_timestamp();
BEGIN
  PERFORM loket_api.sweep();                          -- also where no worker runs
  PERFORM session_back(p_session, a);
  SELECT backend_start INTO bs FROM pg_stat_activity WHERE pid = pg_backend_pid();
  INSERT INTO agent_sessions AS s (session_id, agent_id, timeline, backend_pid, backend_start, opened_at, heartbeat_at, expires_at, detached, client)
  VALUES (p_session, a, timeline(), pg_backend_pid(), bs, t, t, t + CASE WHEN p_detached THEN interval '30 min' ELSE interval '90 s' END, p_detached, left(p_client, 80))
  ON CONFLICT (session_id) DO UPDATE SET timeline = excluded.timeline, backend_pid = excluded.backend_pid, backend_start = excluded.backend_start,
     heartbeat_at = excluded.heartbeat_at, expires_at = excluded.expires_at, lost_at = NULL
   WHERE s.agent_id = a;                              -- nobody resumes somebody else's session
  IF NOT FOUND THEN RAISE EXCEPTION 'session of another agent' USING ERRCODE = 'LK002'; END IF;
  RETURN jsonb_build_object('session_id', p_session, 'me', me_card(a), 'leases', leases_of(p_session), 'legal_now', legal_now(),
    'rehearsal', (SELECT rehearsal FROM settings), 'place', CASE WHEN NOT p_detached THEN place_of(a, p_session) END,
    'columns', CASE WHEN NOT p_detached THEN columns_of(a) END);
END $$;

CREATE FUNCTION drop_session(p_session uuid, p_why text) RETURNS int LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE; a int; n int := 0; i bigint;
BEGIN
  FOR i IN SELECT case_id FROM case_leases WHERE session_id = p_session ORDER BY case_id LOOP
    SELECT * INTO c FROM cases WHERE case_id = i FOR UPDATE;
    SELECT agent_id INTO a FROM case_leases WHERE case_id = i AND session_id = p_session;
    IF FOUND THEN
      c := lease_end(c);
      PERFORM drafts_share(i, a);
      PERFORM case_write(c, 'lease_returned', a, p_session, NULL, jsonb_build_object('why', p_why), legal_now());
      IF p_why IN ('ttl', 'disconnected') THEN PERFORM notify_agent(a, i, 'given_back', NULL, NULL); END IF;
      n := n + 1;
    END IF;
  END LOOP;
  DELETE FROM agent_sessions WHERE session_id = p_session;
  RETURN n;
END $$;
CREATE FUNCTION loket_api.session_close(p_session uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM agent_sessions WHERE session_id = p_session AND agent_id = me() FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  RETURN drop_session(p_session, 'logout');
END $$;

-- Any process may sweep; one at a time. After a restart TTLs run from the restart; after a failover
-- only the loss clock runs, with a longer grace: an outage must not cost everybody their cases.
CREATE FUNCTION loket_api.sweep() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE r record; n int := 0; t timestamptz := clock_timestamp(); gone jsonb;
BEGIN
  PERFORM require_agent();
  IF NOT pg_try_advisory_xact_lock(4242, 1) THEN RETURN -1; END IF;
  UPDATE agent_sessions s SET lost_at = t WHERE lost_at IS NULL AND NOT detached AND NOT EXISTS
    (SELECT 1 FROM pg_stat_activity a WHERE a.pid = s.backend_pid AND a.backend_start = s.backend_start);
  -- all sessions first, then the cases of all of them in their order: a sweep never waits for a case
  -- while it holds one that comes after it
  SELECT coalesce(jsonb_agg(jsonb_build_object('session_id', session_id, 'lost_at', lost_at)), '[]') INTO gone FROM (SELECT session_id, lost_at FROM agent_sessions
     WHERE ((timeline = timeline() OR detached) AND greatest(expires_at, pg_postmaster_start_time() + interval '60 s') < t AND lost_at IS NULL)
        OR lost_at < t - CASE WHEN timeline = timeline() THEN interval '10 s' ELSE interval '60 s' END
     ORDER BY session_id FOR UPDATE SKIP LOCKED) x;
  PERFORM 1 FROM cases WHERE case_id IN (SELECT l.case_id FROM jsonb_array_elements(gone) g JOIN case_leases l ON l.session_id = (g ->> 'session_id')::uuid) ORDER BY case_id FOR UPDATE;
  FOR r IN SELECT * FROM jsonb_to_recordset(gone) g(session_id uuid, lost_at timestamptz) LOOP
    n := n + drop_session(r.session_id, CASE WHEN r.lost_at IS NULL THEN 'ttl' ELSE 'disconnected' END);
  END LOOP;
  RETURN n;
END $$;

-- ---------------------------------------------------------------- claim
-- The lease itself, in one place: how it was got, and the first sign of work.
CREATE FUNCTION lease_begin(p_case cases, p_session uuid, p_agent int, p_how text) RETURNS cases
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := p_case; t timestamptz := clock_timestamp();
BEGIN
  INSERT INTO case_leases (case_id, session_id, agent_id, fence, acquired_at, how, worked_at) VALUES (c.case_id, p_session, p_agent, c.fence, t, p_how, t);
  c.work := 'held';
  RETURN c;
END $$;
CREATE FUNCTION granted(p_case cases, p_why text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RETURN jsonb_build_object('result', 'granted', 'lease', jsonb_build_object('case_id', p_case.case_id, 'fence', p_case.fence, 'worked_at', clock_timestamp(),
     'proposed', p_why NOT IN ('by_hand', 'taken_over')), 'case_no', p_case.case_no, 'version', p_case.version, 'why', p_why); END $$;
-- the same for a lease that stands already: as it was got, and as it was worked on
CREATE FUNCTION granted_before(p_case cases) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT jsonb_build_object('result', 'granted', 'lease', lease_json(l), 'case_no', p_case.case_no, 'version', p_case.version, 'why',
     CASE WHEN l.how = 'next' THEN (SELECT e.body ->> 'why' FROM case_events e WHERE e.case_id = l.case_id AND e.kind = 'claimed' AND e.fence = l.fence ORDER BY e.seq DESC LIMIT 1)
       ELSE l.how END) FROM case_leases l WHERE l.case_id = p_case.case_id); END $$;
CREATE FUNCTION take(p_case cases, p_session uuid, p_agent int, p_cmd uuid, p_why text) RETURNS jsonb
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := p_case;
BEGIN
  c.fence := c.fence + 1;
  c := lease_begin(c, p_session, p_agent, CASE WHEN p_why = 'by_hand' THEN 'by_hand' ELSE 'next' END);
  c := case_write(c, 'claimed', p_agent, p_session, p_cmd, jsonb_build_object('why', p_why), legal_now());
  RETURN granted(c, p_why);
END $$;
-- What stands against a further case of that queue; NULL: nothing. An agent's own claims stand in line
-- here, so that both numbers hold even when two consoles of one agent claim at once. The gate holds for
-- what an agent takes of his own accord, not for what a colleague or a lead gives, nor for a take-over.
CREATE FUNCTION claim_limit(p_agent int, p_queue int, p_gated bool DEFAULT false) RETURNS jsonb LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE h record; m record; t timestamptz := legal_now();
BEGIN
  PERFORM pg_advisory_xact_lock(4243, p_agent);
  SELECT count(*) AS n, count(*) FILTER (WHERE warned) AS warned, (array_agg(case_no ORDER BY warned DESC, sort_at, case_id))[1] AS case_no,
      (array_agg(due_clock ORDER BY warned DESC, sort_at, case_id))[1] AS clock INTO h
    FROM (SELECT c.case_id, c.case_no, c.sort_at, c.due_clock, coalesce(c.due_warn <= t AND c.due_whose IN ('ours', 'party'), false) AS warned
      FROM case_leases l JOIN cases c USING (case_id) WHERE l.agent_id = p_agent AND c.queue_id = p_queue) x;
  SELECT coalesce(o.max_leases, q.max_leases) AS max_leases, coalesce(o.gate, q.gate) AS gate INTO m FROM queues q   -- the agent's own before the queue's
    LEFT JOIN agent_queues o ON o.queue_id = q.queue_id AND o.agent_id = p_agent WHERE q.queue_id = p_queue;
  IF h.n >= m.max_leases THEN
    RETURN jsonb_build_object('result', 'limit', 'held', h.n, 'limit', m.max_leases, 'case_no', h.case_no); END IF;
  IF p_gated AND m.gate > 0 AND h.warned >= m.gate THEN
    RETURN jsonb_build_object('result', 'gate', 'held', h.warned, 'gate', m.gate, 'case_no', h.case_no, 'clock', h.clock); END IF;
  RETURN NULL;
END $$;

-- The most urgent case of these queues that nobody holds or is about to, locked. Per queue an index
-- probe, merged, then ONE row locked; never `queue_id = ANY` with ORDER BY. The first probe has a fixed
-- bound, so that its plan is kept: with a variable one it is planned anew each time, which took longer
-- than the rest of a claim. What this agent passed over is probed row by row in the order of the index:
-- a scalar subquery is never made a join.
CREATE FUNCTION candidate(p_queues int[], p_agent int) RETURNS cases LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE; i bigint; n int := 0; k int := 64;
BEGIN
  FOR i IN SELECT x.case_id FROM unnest(p_queues) q(id) CROSS JOIN LATERAL
      (SELECT o.case_id, o.sort_at FROM cases o WHERE o.work = 'open' AND o.queue_id = q.id AND (o.snoozed_until IS NULL OR o.snoozed_until <= legal_now())
         AND (SELECT s.case_id FROM skips s WHERE s.case_id = o.case_id AND s.agent_id = p_agent) IS NULL ORDER BY o.sort_at, o.case_id LIMIT 8) x ORDER BY x.sort_at, x.case_id LIMIT 8 LOOP
    n := n + 1;
    SELECT * INTO c FROM cases WHERE case_id = i AND work = 'open' FOR UPDATE SKIP LOCKED;
    IF FOUND THEN RETURN c; END IF;
  END LOOP;
  WHILE n >= k / 8 AND k <= 32768 LOOP                      -- all candidates busy: widen, do not say "empty"
    n := 0;
    FOR i IN SELECT x.case_id FROM unnest(p_queues) q(id) CROSS JOIN LATERAL
        (SELECT o.case_id, o.sort_at FROM cases o WHERE o.work = 'open' AND o.queue_id = q.id AND (o.snoozed_until IS NULL OR o.snoozed_until <= legal_now())
           AND (SELECT s.case_id FROM skips s WHERE s.case_id = o.case_id AND s.agent_id = p_agent) IS NULL ORDER BY o.sort_at, o.case_id LIMIT k) x ORDER BY x.sort_at, x.case_id LIMIT k LOOP
      n := n + 1;
      SELECT * INTO c FROM cases WHERE case_id = i AND work = 'open' FOR UPDATE SKIP LOCKED;
      IF FOUND THEN RETURN c; END IF;
    END LOOP;
    k := k * 8;
  END LOOP;
  RETURN NULL;
END $$;

CREATE FUNCTION loket_api.claim_next(p_cmd uuid, p_session uuid, p_queues int[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); r jsonb; qs int[]; c cases%ROWTYPE; full_ jsonb; q int;
BEGIN
  r := command_begin(p_cmd, a, 'claim_next'); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_session(p_session, a);
  FOREACH q IN ARRAY own_queues() LOOP
    CONTINUE WHEN p_queues IS NOT NULL AND q <> ALL (p_queues);
    r := claim_limit(a, q, true);
    IF r IS NULL THEN qs := qs || q; ELSE full_ := coalesce(full_, r); END IF;
  END LOOP;
  IF qs IS NOT NULL THEN c := candidate(qs, a); END IF;
  IF c.case_id IS NULL THEN                                 -- not kept: a repetition may find work
    DELETE FROM commands WHERE cmd_id = p_cmd;
    RETURN coalesce(full_, passed_over(a, qs), jsonb_build_object('result', 'empty'));
  END IF;
  RETURN command_end(p_cmd, take(c, p_session, a, p_cmd, CASE WHEN c.due_clock IS NULL THEN 'oldest'
    WHEN c.sort_at < legal_now() THEN 'overdue' ELSE 'nearest_breach' END));
END $$;

CREATE FUNCTION loket_api.claim(p_cmd uuid, p_session uuid, p_case bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); r jsonb; c cases%ROWTYPE; l record;
BEGIN
  r := command_begin(p_cmd, a, 'claim', p_case::text); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_session(p_session, a);
  PERFORM claim_queue_up(a);
  SELECT * INTO c FROM cases WHERE case_id = p_case FOR UPDATE;   -- waits, then sees the winner, and the queue it is in
  IF ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[] THEN r := claim_limit(a, c.queue_id, true); END IF;
  SELECT x.*, g.name INTO l FROM case_leases x JOIN agents g USING (agent_id) WHERE x.case_id = p_case;
  r := CASE WHEN c.case_id IS NULL OR NOT my_queues() && ARRAY[c.queue_id, c.firm_queue] THEN jsonb_build_object('result', 'not_found')
    WHEN c.work = 'closed' THEN jsonb_build_object('result', 'closed')
    WHEN l.session_id = p_session THEN granted_before(c)
    WHEN l.case_id IS NOT NULL THEN jsonb_build_object('result', 'taken', 'holder', l.name, 'since', l.acquired_at + (SELECT legal_offset FROM settings))
    ELSE r END;
  IF r IS NULL THEN RETURN command_end(p_cmd, take(c, p_session, a, p_cmd, 'by_hand')); END IF;
  DELETE FROM commands WHERE cmd_id = p_cmd;                -- nothing happened: a repetition may succeed
  RETURN r;
END $$;

CREATE FUNCTION applied(p_case cases, p_opened text) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN jsonb_build_object('version', p_case.version, 'work', p_case.work, 'opened', p_opened, 'lease',
     CASE WHEN p_case.work = 'held' AND EXISTS (SELECT 1 FROM case_leases WHERE case_id = p_case.case_id AND agent_id = me())
       THEN jsonb_build_object('case_id', p_case.case_id, 'fence', p_case.fence) END); END $$;

CREATE FUNCTION loket_api.release(p_cmd uuid, p_session uuid, p_case bigint, p_fence bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent(); r jsonb; c cases%ROWTYPE;
BEGIN
  r := command_begin(p_cmd, a, 'release', p_case::text); IF r IS NOT NULL THEN RETURN r; END IF;
  SELECT * INTO c FROM cases WHERE case_id = p_case FOR UPDATE;   -- whatever queues one has by now
  PERFORM require_lease(p_session, a, c, p_fence);
  PERFORM require_no_skip(p_case);
  PERFORM drafts_keep(p_case, a);
  c := case_write(lease_end(c), 'released', a, p_session, p_cmd, '{}', legal_now());
  RETURN command_end(p_cmd, applied(c, NULL));
END $$;

-- a line of free text that belongs to an event of the database itself (hand-over, reassignment)
CREATE FUNCTION line_store(p_case bigint, p_field text, p_line text, p_cmd uuid) RETURNS jsonb
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE h text := encode(sha256(convert_to(p_line, 'UTF8')), 'hex');
BEGIN
  IF btrim(coalesce(p_line, '')) = '' THEN PERFORM refuse('line_required', '', jsonb_build_object('field', p_field)); END IF;
  IF length(p_line) > 500 THEN PERFORM refuse('line_too_long'); END IF;
  INSERT INTO texts (text_id, case_id, field, body, sha256, created_at) VALUES (p_cmd, p_case, p_field, p_line, h, legal_now());
  RETURN jsonb_build_object('text', p_cmd, 'sha256', h);
END $$;
-- who gets a case stands in line with his own claims before the case is locked: the other way round two
-- of them could wait for each other
CREATE FUNCTION claim_queue_up(p_agent int) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN IF p_agent IS NOT NULL THEN PERFORM pg_advisory_xact_lock(4243, p_agent); END IF; END $$;
-- the living session that a case will go to, kept alive: sessions are locked before cases
CREATE FUNCTION receiver_lock(p_agent int) RETURNS uuid LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE s uuid;
BEGIN
  PERFORM claim_queue_up(p_agent);
  SELECT session_id INTO s FROM agent_sessions WHERE agent_id = p_agent AND lost_at IS NULL AND NOT detached AND timeline = timeline()
    AND expires_at > clock_timestamp() ORDER BY heartbeat_at DESC LIMIT 1 FOR KEY SHARE;
  RETURN s;
END $$;
-- to a colleague's session (receiver_lock), or to the pool
CREATE FUNCTION lease_give(p_case cases, p_to int, p_receiver uuid) RETURNS cases LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := lease_end(p_case);
BEGIN
  IF p_to IS NULL THEN RETURN c; END IF;
  IF NOT EXISTS (SELECT 1 FROM agents a WHERE a.agent_id = p_to AND a.disabled_at IS NULL AND a.role IN ('agent', 'lead', 'admin')
      AND (a.role = 'admin' OR EXISTS (SELECT 1 FROM agent_queues q WHERE q.agent_id = p_to AND q.queue_id = c.queue_id))) THEN
    PERFORM refuse('agent_not_in_queue');
  END IF;
  IF p_receiver IS NULL THEN PERFORM refuse('agent_offline'); END IF;
  IF claim_limit(p_to, c.queue_id) IS NOT NULL THEN PERFORM refuse('agent_full'); END IF;
  RETURN lease_begin(c, p_receiver, p_to, 'given');
END $$;
CREATE FUNCTION loket_api.hand_over(p_cmd uuid, p_session uuid, p_case bigint, p_fence bigint, p_to int, p_line text, p_drafts bool DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent(); r jsonb; c cases%ROWTYPE; t jsonb; s uuid;
BEGIN
  r := command_begin(p_cmd, a, 'hand_over', concat_ws(' ', p_case, md5(concat_ws(' ', p_to, p_line, p_drafts)))); IF r IS NOT NULL THEN RETURN r; END IF;
  s := receiver_lock(p_to);
  c := case_lock(p_case);
  PERFORM require_lease(p_session, a, c, p_fence);
  IF p_to IS NULL THEN PERFORM require_no_skip(p_case); END IF;
  t := line_store(p_case, 'handover', p_line, p_cmd);
  IF p_drafts THEN PERFORM drafts_share(p_case, a); ELSE PERFORM drafts_keep(p_case, a); END IF;
  c := lease_give(c, p_to, s);
  c.handover := p_cmd;
  c := case_write(c, 'handed_over', a, p_session, p_cmd, jsonb_build_object('to', p_to, 'line', t), legal_now());
  PERFORM notify_agent(p_to, p_case, 'handed_to_you', a, p_cmd);
  RETURN command_end(p_cmd, applied(c, NULL));
END $$;
CREATE FUNCTION loket_api.reassign(p_cmd uuid, p_session uuid, p_case bigint, p_to int, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('lead', 'admin'); r jsonb; c cases%ROWTYPE; t jsonb; was int; s uuid;
BEGIN
  r := command_begin(p_cmd, a, 'reassign', concat_ws(' ', p_case, md5(concat_ws(' ', p_to, p_reason)))); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_session(p_session, a);
  s := receiver_lock(p_to);
  c := case_lock(p_case);
  IF c.work = 'closed' THEN PERFORM refuse('case_closed'); END IF;
  SELECT agent_id INTO was FROM case_leases WHERE case_id = p_case;
  t := line_store(p_case, 'reassign', p_reason, p_cmd);
  c := skips_clear(lease_give(c, p_to, s));
  c := case_write(c, 'reassigned', a, p_session, p_cmd, jsonb_build_object('was', was, 'to', p_to, 'line', t), legal_now());
  PERFORM notify_agent(p_to, p_case, 'handed_to_you', a, p_cmd);
  IF was IS DISTINCT FROM p_to THEN PERFORM notify_agent(was, p_case, CASE WHEN p_to IS NULL THEN 'called_back' ELSE 'reassigned' END, a, p_cmd); END IF;
  RETURN command_end(p_cmd, applied(c, NULL));
END $$;
CREATE FUNCTION loket_api.transfer(p_cmd uuid, p_session uuid, p_case bigint, p_queue int, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('lead', 'admin'); r jsonb; c cases%ROWTYPE; t jsonb; was int; holder int;
BEGIN
  r := command_begin(p_cmd, a, 'transfer', concat_ws(' ', p_case, md5(concat_ws(' ', p_queue, p_reason)))); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_session(p_session, a);
  c := case_lock(p_case);
  IF c.work = 'closed' THEN PERFORM refuse('case_closed'); END IF;
  IF NOT EXISTS (SELECT 1 FROM queues WHERE queue_id = p_queue AND firm_gln IS NULL) OR p_queue = c.queue_id THEN PERFORM refuse('no_such_queue'); END IF;
  was := c.queue_id;
  SELECT agent_id INTO holder FROM case_leases WHERE case_id = p_case;
  t := line_store(p_case, 'transfer', p_reason, p_cmd);
  -- the event stands in the old queue too, so that both queues' consoles see the move
  c := case_write(skips_clear(lease_end(c)), 'transferred', a, p_session, p_cmd, jsonb_build_object('was', was, 'to', p_queue, 'line', t), legal_now());
  c.queue_id := p_queue;
  c := case_write(c, 'transferred_in', a, p_session, p_cmd, jsonb_build_object('was', was, 'to', p_queue), legal_now());
  UPDATE case_search SET queue_id = p_queue WHERE case_id = p_case;
  PERFORM notify_agent(holder, p_case, 'transferred', a, p_cmd);
  RETURN command_end(p_cmd, applied(c, NULL));
END $$;
