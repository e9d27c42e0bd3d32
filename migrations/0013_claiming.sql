-- The rules of claiming: passing over, taking over, idle leases, the lead's numbers.
SET LOCAL search_path = loket, pg_catalog, ext;

-- ---------------------------------------------------------------- work
-- an action was done by the holder: the lease is kept by it, and giving the case back is no skip any more
CREATE FUNCTION lease_worked(p_case bigint, p_session uuid) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN UPDATE case_leases SET worked = true, worked_at = clock_timestamp() WHERE case_id = p_case AND session_id = p_session; END $$;

-- ---------------------------------------------------------------- passing over
-- got by "next", and nothing was done with it
CREATE FUNCTION is_skip(p_case bigint) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM case_leases WHERE case_id = p_case AND how = 'next' AND NOT worked); END $$;
CREATE FUNCTION require_no_skip(p_case bigint) RETURNS void LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF is_skip(p_case) THEN PERFORM refuse('skip_reason_needed'); END IF;
END $$;
-- the case moved on, or a lead decided about it: it is proposed to everybody again
CREATE FUNCTION skips_clear(p_case cases) RETURNS cases LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := p_case;
BEGIN
  DELETE FROM skips WHERE case_id = c.case_id;
  c.raised_at := NULL;
  RETURN c;
END $$;
-- After so many the lead is told: three, or everybody there is when the queue has fewer people.
CREATE FUNCTION skips_most(p_queue int) RETURNS bigint LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT greatest(1, least(3, count(*))) FROM agents a JOIN agent_queues q USING (agent_id)
   WHERE q.queue_id = p_queue AND a.disabled_at IS NULL AND a.role IN ('agent', 'lead') $$;
-- "next" found nothing but what this agent passed over
CREATE FUNCTION passed_over(p_agent int, p_queues int[]) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('result', 'passed_over', 'cases', count(*)) FROM skips s JOIN cases c USING (case_id)
   WHERE s.agent_id = p_agent AND c.work = 'open' AND c.queue_id = ANY (p_queues) HAVING count(*) > 0 $$;

CREATE FUNCTION notify_leads(p_case cases, p_by int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM notify_agent(g.agent_id, p_case.case_id, 'raised', p_by, NULL) FROM agents g JOIN agent_queues q USING (agent_id)
    WHERE q.queue_id = p_case.queue_id AND g.role = 'lead' AND g.disabled_at IS NULL;
END $$;

-- Gives back a case that "next" proposed and nothing was done with: a reason of the list, a line with
-- "other". It is not proposed to this agent again until its state changes.
CREATE FUNCTION loket_api.skip(p_cmd uuid, p_session uuid, p_case bigint, p_fence bigint, p_reason text, p_line text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent(); r jsonb; c cases%ROWTYPE; t jsonb; n bigint; is_raised bool; l timestamptz := legal_now();
BEGIN
  r := command_begin(p_cmd, a, 'skip', concat_ws(' ', p_case, md5(concat_ws(' ', p_reason, p_line)))); IF r IS NOT NULL THEN RETURN r; END IF;
  SELECT * INTO c FROM cases WHERE case_id = p_case FOR UPDATE;   -- whatever queues one has by now
  PERFORM require_lease(p_session, a, c, p_fence);
  IF NOT is_skip(p_case) THEN PERFORM refuse('not_proposed'); END IF;
  IF p_reason IS NULL OR p_reason NOT IN ('not_my_skill', 'conflict_of_interest', 'language', 'waits_for_colleague', 'unclear', 'other') THEN
    PERFORM refuse('not_a_choice', '', '{"field":"skip_reason","choices":"not_my_skill, conflict_of_interest, language, waits_for_colleague, unclear, other"}'); END IF;
  IF p_reason = 'other' OR btrim(coalesce(p_line, '')) <> '' THEN t := line_store(p_case, 'skip_line', p_line, p_cmd); END IF;
  INSERT INTO skips VALUES (p_case, a, l, p_reason) ON CONFLICT (case_id, agent_id) DO UPDATE SET at = excluded.at, reason = excluded.reason;
  SELECT count(*) INTO n FROM skips WHERE case_id = p_case;
  is_raised := c.raised_at IS NULL AND n >= skips_most(c.queue_id);
  c := lease_end(c);
  IF is_raised THEN c.raised_at := l; END IF;
  c := case_write(c, 'skipped', a, p_session, p_cmd,
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'count', n, 'line', t, 'raised', CASE WHEN is_raised THEN true END)), l);
  IF is_raised THEN PERFORM notify_leads(c, a); END IF;
  RETURN command_end(p_cmd, applied(c, NULL));
END $$;

-- ---------------------------------------------------------------- taking over
-- From a colleague, or from another session of one's own (a desk that was left running). The old fence
-- writes nothing any more.
CREATE FUNCTION loket_api.take_over(p_cmd uuid, p_session uuid, p_case bigint, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); r jsonb; c cases%ROWTYPE; l case_leases%ROWTYPE; t jsonb;
BEGIN
  r := command_begin(p_cmd, a, 'take_over', concat_ws(' ', p_case, md5(p_reason))); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_session(p_session, a);
  PERFORM claim_queue_up(a);
  c := case_lock(p_case);
  SELECT * INTO l FROM case_leases WHERE case_id = p_case;
  IF c.work = 'closed' THEN PERFORM refuse('case_closed'); END IF;
  IF l.case_id IS NULL THEN PERFORM refuse('nobody_holds'); END IF;
  IF l.session_id = p_session THEN PERFORM refuse('held_by_you'); END IF;
  t := line_store(p_case, 'take_over', p_reason, p_cmd);
  c := lease_end(c);
  r := claim_limit(a, c.queue_id);                    -- without this case, should it be one's own
  IF r IS NOT NULL THEN PERFORM refuse('limit_reached', '', r - 'result'); END IF;
  c := lease_begin(c, p_session, a, 'taken_over');
  c := case_write(c, 'taken_over', a, p_session, p_cmd, jsonb_build_object('was', l.agent_id, 'line', t), legal_now());
  PERFORM notify_agent(l.agent_id, p_case, 'taken_over', a, p_cmd);
  RETURN command_end(p_cmd, granted(c, 'taken_over'));
END $$;

-- ---------------------------------------------------------------- idle leases
CREATE FUNCTION session_is_up(s agent_sessions) RETURNS bool LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT s.detached OR s.timeline = timeline() AND s.backend_start >= pg_postmaster_start_time() $$;
-- Leases without a sign of work for that long by the wall clock, the longest first, behind that place.
-- Those whose console has not come back yet since the server started or changed over are not among them:
-- the sweep says what becomes of these. Whether it was working time is for the caller to say, who has the calendars (technical time).
CREATE FUNCTION loket_api.leases_idle(p_minutes int, p_after timestamptz, p_after_case bigint, p_limit int) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := clock_timestamp();
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN jsonb_build_object('now', t, 'leases', (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', x.case_id, 'fence', x.fence,
      'worked_at', x.worked_at, 'country', x.country) ORDER BY x.worked_at, x.case_id), '[]')
    FROM (SELECT l.case_id, l.fence, l.worked_at, p.country FROM case_leases l JOIN agent_sessions s USING (session_id) JOIN cases c USING (case_id) JOIN processes p USING (process)
      WHERE session_is_up(s) AND l.worked_at <= t - make_interval(mins => p_minutes) AND (l.worked_at, l.case_id) > (coalesce(p_after, '-infinity'), coalesce(p_after_case, 0))
      ORDER BY l.worked_at, l.case_id LIMIT least(greatest(p_limit, 1), 500)) x));
END $$;
-- Ends an idle lease. No effect (false) when it is another one by now, or was worked on meanwhile.
CREATE FUNCTION loket_api.lease_expire(p_case bigint, p_fence bigint, p_worked_at timestamptz) RETURNS bool
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE; l case_leases%ROWTYPE;
BEGIN
  PERFORM require_role('worker', 'admin');
  SELECT * INTO c FROM cases WHERE case_id = p_case FOR UPDATE;
  SELECT * INTO l FROM case_leases WHERE case_id = p_case AND fence = p_fence AND worked_at = p_worked_at
    AND EXISTS (SELECT 1 FROM agent_sessions s WHERE s.session_id = case_leases.session_id AND session_is_up(s)) FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM case_write(lease_end(c), 'lease_returned', l.agent_id, l.session_id, NULL, '{"why":"idle"}', legal_now());
  PERFORM drafts_share(p_case, l.agent_id);
  PERFORM notify_agent(l.agent_id, p_case, 'lease_idle', NULL, NULL);
  RETURN true;
END $$;

-- ---------------------------------------------------------------- the lead's numbers
-- Of a queue, or of one agent in it. What is NULL stays; -1 for an agent: as the queue says.
CREATE FUNCTION loket_api.limits_set(p_cmd uuid, p_queue int, p_agent int, p_max int, p_gate int) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('lead', 'admin'); r jsonb; now_ record;
BEGIN
  r := command_begin(p_cmd, a, 'limits_set', concat_ws(' ', p_queue, 'agent', p_agent, 'max', p_max, 'gate', p_gate)); IF r IS NOT NULL THEN RETURN r; END IF;
  IF p_queue IS NULL OR p_queue <> ALL (own_queues()) THEN PERFORM refuse('queue_not_yours'); END IF;
  IF p_max NOT BETWEEN 1 AND 50 AND (p_max <> -1 OR p_agent IS NULL) THEN PERFORM refuse('limit_out_of_range', '', jsonb_build_object('given', p_max, 'first', 1, 'last', 50)); END IF;
  IF p_gate NOT BETWEEN 0 AND 20 AND (p_gate <> -1 OR p_agent IS NULL) THEN PERFORM refuse('limit_out_of_range', '', jsonb_build_object('given', p_gate, 'first', 0, 'last', 20)); END IF;
  IF p_agent IS NULL THEN
    UPDATE queues SET max_leases = coalesce(p_max, max_leases), gate = coalesce(p_gate, gate) WHERE queue_id = p_queue RETURNING max_leases, gate INTO now_;
  ELSE
    UPDATE agent_queues SET max_leases = nullif(coalesce(p_max, max_leases), -1), gate = nullif(coalesce(p_gate, gate), -1) WHERE queue_id = p_queue AND agent_id = p_agent RETURNING max_leases, gate INTO now_;
    IF NOT FOUND THEN PERFORM refuse('agent_not_in_queue'); END IF;
  END IF;
  r := jsonb_build_object('queue', p_queue, 'agent', p_agent, 'max_leases', now_.max_leases, 'gate', now_.gate);
  INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'limits', r);
  RETURN command_end(p_cmd, r);
END $$;
-- of my queues, with their people and what each holds there, and who set a number last
CREATE FUNCTION loket_api.limits() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('queue_id', q.queue_id, 'key', q.key, 'max_leases', q.max_leases, 'gate', q.gate,
       'agents', (SELECT coalesce(jsonb_agg(jsonb_build_object('agent_id', g.agent_id, 'name', g.name, 'role', g.role, 'max_leases', o.max_leases, 'gate', o.gate,
           'held', (SELECT count(*) FROM case_leases l JOIN cases c USING (case_id) WHERE l.agent_id = g.agent_id AND c.queue_id = q.queue_id)) ORDER BY g.name), '[]')
         FROM agent_queues o JOIN agents g USING (agent_id) WHERE o.queue_id = q.queue_id AND g.disabled_at IS NULL AND g.role IN ('agent', 'lead')),
       'set', (SELECT jsonb_build_object('at', d.at, 'by', g.name) FROM desk_log d JOIN agents g USING (agent_id)
         WHERE d.kind = 'limits' AND (d.what ->> 'queue')::int = q.queue_id ORDER BY d.log_id DESC LIMIT 1)) ORDER BY q.queue_id), '[]')
   FROM queues q WHERE q.queue_id = ANY ((SELECT my_queues())::int[]) $$;
