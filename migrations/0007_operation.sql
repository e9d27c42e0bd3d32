-- The worker (timers, outbox, chain heads), the auditor (verification), administration.
SET LOCAL search_path = loket, pg_catalog, ext;

CREATE FUNCTION loket_api.legal_now() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT loket.legal_now() $$;

-- clocks whose due instant has passed and that still mean something to somebody
CREATE FUNCTION loket_api.lapsed(p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n timestamptz := legal_now();
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', c.case_id, 'version', c.version, 'clock', d.key, 'facts', facts_json(c)) ORDER BY d.due_at, d.case_id), '[]')
    FROM (SELECT d.* FROM deadlines d JOIN cases c USING (case_id) WHERE d.outcome IS NULL AND d.breached_at IS NULL AND d.due_at <= n AND (d.due_at < n OR d.comparison = 'before')
       AND ARRAY[c.queue_id, c.firm_queue] && (SELECT own_queues())::int[]
       AND (NOT (d.late_on_arrival OR d.late_by_retriage) OR EXISTS (SELECT 1 FROM process_transitions t WHERE t.process = c.process AND t.from_state = c.state AND t.by_who = 'timer' AND t.timer = d.key))
       ORDER BY d.due_at LIMIT least(p_limit, 500)) d JOIN cases c USING (case_id));
END $$;
CREATE FUNCTION loket_api.next_due() RETURNS timestamptz LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT due_at FROM deadlines WHERE outcome IS NULL AND breached_at IS NULL AND due_at > legal_now() ORDER BY due_at LIMIT 1);
END $$;

-- ---------------------------------------------------------------- outbox: in order per case, at least once
-- Who reads a letter; NULL for what systems get. What cannot be written to somebody holds back other letters
-- to the same reader, and never a check, an order or money: a letter says what was done, and nothing waits
-- to be done until it was said.
CREATE FUNCTION letter_to(p_kind text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_kind = 'supervisor_alert' THEN 'supervisor' WHEN p_kind IN ('acm_notice', 'offender_report') THEN 'acm' WHEN p_kind = 'unblocked_source' THEN 'source'
     WHEN p_kind LIKE 'els\_%' THEN 'installer' WHEN p_kind LIKE 'contract\_%' OR p_kind IN ('sharing_ended', 'sharing_end_refused', 'sharing_evidence') THEN 'provider'
     WHEN p_kind ~ '^(prio|tlm|wash)_' OR p_kind IN ('unblocked_customer', 'closed_customer', 'payment_link', 'sharing_approved', 'sharing_rejected', 'sharing_renewal') THEN 'customer'
     WHEN p_kind IN ('request_proof', 'signal_notice', 'ask_more', 'proof_rejected', 'no_proof', 'restart_required', 'unblocked_party', 'closed_party', 'offender_contact') THEN 'party' END $$;
-- A try counts when it ended: what a killed worker had taken is not given up for that.
CREATE FUNCTION loket_api.outbox_take(p_limit int, p_pid int, p_start timestamptz) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := clock_timestamp(); r jsonb;
BEGIN
  PERFORM require_role('worker', 'admin');
  WITH c AS MATERIALIZED (SELECT o.outbox_id FROM outbox o WHERE o.dead_at IS NULL AND o.not_before <= t AND (o.locked_until IS NULL OR o.locked_until < t OR line_is_gone(o.owner_pid, o.owner_start))
      AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.case_id = o.case_id AND p.outbox_id < o.outbox_id AND p.dead_at IS NULL
        AND (letter_to(p.kind) IS NULL OR letter_to(p.kind) = letter_to(o.kind)))
      ORDER BY o.not_before, o.outbox_id LIMIT least(p_limit, 100) FOR UPDATE SKIP LOCKED),
    u AS (UPDATE outbox o SET locked_until = t + interval '60 s', owner_pid = p_pid, owner_start = p_start, fence = fence + 1 FROM c WHERE o.outbox_id = c.outbox_id RETURNING o.*)
  SELECT coalesce(jsonb_agg(jsonb_build_object('outbox_id', u.outbox_id, 'case_id', u.case_id, 'case_no', k.case_no, 'process', k.process, 'kind', u.kind, 'idem_key', u.idem_key,
      'fence', u.fence, 'attempts', u.attempts + 1, 'legal_at', u.legal_at, 'facts', u.facts, 'answers', u.answers,
      'action', (SELECT e.kind FROM case_events e WHERE e.case_id = u.case_id AND e.seq = u.seq),
      'form', CASE WHEN k.form_version IS NOT NULL THEN form_of(k.process, k.form_version) END) ORDER BY u.outbox_id), '[]') INTO r FROM u JOIN cases k USING (case_id);
  RETURN r;
END $$;
CREATE FUNCTION loket_api.outbox_sent(p_id bigint, p_fence bigint, p_is_overtaken boolean) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  WITH d AS (DELETE FROM outbox WHERE outbox_id = p_id AND fence = p_fence RETURNING *)
  INSERT INTO outbox_sent SELECT outbox_id, case_id, kind, idem_key, attempts + 1, legal_at, created_at, legal_now(), seq, p_is_overtaken FROM d;
  RETURN FOUND;
END $$;
CREATE FUNCTION loket_api.outbox_failed(p_id bigint, p_fence bigint, p_error text, p_retry_ms bigint) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  UPDATE outbox SET locked_until = NULL, attempts = attempts + 1, last_error = left(p_error, 300), dead_at = CASE WHEN p_retry_ms IS NULL THEN clock_timestamp() END,
     not_before = clock_timestamp() + coalesce(p_retry_ms, 0) * interval '1 millisecond' WHERE outbox_id = p_id AND fence = p_fence;
  RETURN FOUND;
END $$;
-- What cannot be tried yet, for a setting that somebody must mend: it waits, and that is no try.
CREATE FUNCTION loket_api.outbox_waits(p_id bigint, p_fence bigint, p_error text, p_wait_ms bigint) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  UPDATE outbox SET locked_until = NULL, last_error = left(p_error, 300), not_before = clock_timestamp() + p_wait_ms * interval '1 millisecond' WHERE outbox_id = p_id AND fence = p_fence;
  RETURN FOUND;
END $$;
CREATE FUNCTION loket_api.outbox_dead(p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin', 'lead');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('outbox_id', o.outbox_id, 'case_no', c.case_no, 'kind', o.kind, 'status', 'dead', 'created_at', o.legal_at, 'sent_at', NULL, 'error', o.last_error) ORDER BY o.outbox_id), '[]')
    FROM (SELECT o.* FROM outbox o JOIN cases c USING (case_id) WHERE o.dead_at IS NOT NULL AND c.queue_id = ANY ((SELECT own_queues())::int[])
      ORDER BY o.outbox_id LIMIT least(p_limit, 500)) o JOIN cases c USING (case_id));
END $$;
-- the outside system that a command is for; NULL for letters
CREATE FUNCTION system_of(p_kind text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_kind IN ('block', 'lift_block') THEN 'port' WHEN p_kind LIKE 'allocation\_%' THEN 'allocation'
     WHEN p_kind IN ('payment_create', 'payment_cancel') THEN 'payments' WHEN p_kind ~ '^order_.*domain$' THEN 'domain' WHEN p_kind ~ '^order_.*gsa$' THEN 'work_orders' END $$;
CREATE FUNCTION loket_api.outbox_resend(p_id bigint) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin', 'lead');
  -- an old command must not undo a newer one: a block that is sent again after the lifting
  IF EXISTS (SELECT 1 FROM outbox o JOIN outbox_sent s USING (case_id) WHERE o.outbox_id = p_id AND s.outbox_id > p_id AND system_of(o.kind) = system_of(s.kind)) THEN
    PERFORM refuse('newer_sent');
  END IF;
  UPDATE outbox SET dead_at = NULL, attempts = 0, not_before = clock_timestamp(), locked_until = NULL WHERE outbox_id = p_id AND dead_at IS NOT NULL
    AND case_id IN (SELECT case_id FROM cases WHERE queue_id = ANY ((SELECT own_queues())::int[]));
  RETURN FOUND;
END $$;
-- what a letter may need, resolved when it is delivered (decision 6): in clear for the worker, which writes
-- the letters; whoever else looks sees what `case_detail` shows
CREATE FUNCTION loket_api.message_context(p_case bigint) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE; clear_ bool := my_role() = 'worker'; held customers%ROWTYPE;
BEGIN
  PERFORM require_role('worker', 'admin');
  SELECT * INTO c FROM cases WHERE case_id = p_case AND own_queues() && ARRAY[queue_id, firm_queue];   -- the worker has all (ELS-29)
  IF NOT FOUND THEN PERFORM refuse('case_not_found'); END IF;
  -- an update of master data names who holds the metering point now (DW-BAS-11)
  IF c.process = 'wash' THEN SELECT * INTO held FROM customers WHERE customer_ref = coalesce(wash_holder(coalesce(c.ean, c.facts ->> 'point')), c.customer_ref); END IF;
  RETURN jsonb_build_object('case_no', c.case_no, 'process', c.process, 'received_at', c.received_at, 'opened_at', c.opened_at, 'reference', said_reference(c), 'facts', c.facts, 'clocks', clocks_json(p_case),
    'holder', CASE WHEN clear_ AND held.customer_ref IS NOT NULL AND NOT held.protected THEN jsonb_build_object('identifier', held.identifier, 'first_name', held.first_name, 'last_name', held.last_name, 'organisation_name', held.organisation_name) END,
    'party', party_json(c.party_gln), 'party_country', (SELECT country FROM parties WHERE gln = c.party_gln), 'connection', (SELECT address_json(k) FROM connections k WHERE k.ean = c.ean),
    'customer', (SELECT customer_json(u) || CASE WHEN clear_ AND NOT u.protected THEN jsonb_build_object('email', u.email, 'phone', u.phone) ELSE '{}' END FROM customers u WHERE u.customer_ref = c.customer_ref), 'texts', CASE WHEN clear_ THEN texts_json(p_case) ELSE texts_shown(c) END, 'hidden', is_hidden(c) OR coalesce(held.protected, false), 'slot', slot_json(p_case),
    'signals', CASE WHEN c.process = 'repeat_offender' THEN (SELECT coalesce(jsonb_agg(jsonb_build_array(o.case_no, o.received_at) ORDER BY o.n), '[]') FROM offender_evidence o WHERE o.case_id = p_case) END,
    'payment', (SELECT CASE WHEN clear_ THEN payment_json(p) ELSE payment_json(p) - 'checkout_url' END FROM payments p WHERE p.case_id = p_case ORDER BY (p.status IN ('new', 'open', 'pending', 'authorized')) DESC, p.created_at DESC, p.payment_id LIMIT 1));
END $$;

-- whether a command had its effect on that case: what outside systems say comes more than once
CREATE FUNCTION loket_api.case_heard(p_case bigint, p_cmd uuid) RETURNS bool LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN EXISTS (SELECT 1 FROM case_events WHERE case_id = p_case AND cmd_id = p_cmd);
END $$;
-- the case of that process that has this reference, for what a system outside tells of it later
CREATE FUNCTION loket_api.case_named(p_process text, p_reference text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT case_id FROM cases WHERE process = p_process AND reference = p_reference
    UNION ALL SELECT case_id FROM case_references WHERE process = p_process AND reference = p_reference LIMIT 1);
END $$;

-- heads of the chains that grew since then: exported daily, kept outside, so that even somebody who
-- could rebuild a whole chain would be found out
CREATE FUNCTION loket_api.chain_heads(p_since timestamptz, p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin', 'auditor');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', c.case_id, 'case_no', c.case_no, 'seq', c.last_seq, 'hash', encode(c.last_hash, 'hex')) ORDER BY c.case_id), '[]')
    FROM (SELECT k.* FROM cases k WHERE k.case_id > p_after AND p_since IS NULL
          UNION ALL SELECT k.* FROM cases k WHERE k.case_id > p_after AND k.case_id IN (SELECT e.case_id FROM case_events e WHERE e.at >= p_since)
          ORDER BY 1 LIMIT least(p_limit, 5000)) c);
END $$;

-- ---------------------------------------------------------------- verification
CREATE FUNCTION verify_chain(p_case bigint) RETURNS text LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE e record; ph bytea := '\x'; s int := 0; c cases%ROWTYPE;
BEGIN
  SELECT * INTO c FROM cases WHERE case_id = p_case;
  FOR e IN SELECT * FROM case_events WHERE case_id = p_case ORDER BY seq LOOP
    s := s + 1;
    IF e.seq <> s THEN RETURN 'event ' || s || ' is missing'; END IF;
    IF e.prev_hash <> ph THEN RETURN 'event ' || s || ' does not follow the one before it'; END IF;
    IF e.hash <> hash_of(ph, e.case_id, e.seq, e.queue_id, e.kind, e.agent_id, e.session_id, e.fence, e.cmd_id, e.body, e.at, e.legal_at) THEN RETURN 'event ' || s || ' was changed'; END IF;
    ph := e.hash;
  END LOOP;
  IF c.last_seq <> s OR c.last_hash <> ph THEN RETURN 'the chain ends at ' || s || ', the case says ' || c.last_seq; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION loket_api.verify_batch(p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('auditor', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', c.case_id, 'case_no', c.case_no, 'stored', facts_json(c), 'work', c.work, 'sort_at', c.sort_at, 'promise_at', c.promise_at, 'snoozed_until', c.snoozed_until, 'version', c.version, 'chain', verify_chain(c.case_id),
      'texts', (SELECT coalesce(jsonb_object_agg(t.text_id, CASE WHEN t.body IS NOT NULL AND t.sha256 <> encode(sha256(convert_to(t.body, 'UTF8')), 'hex') THEN 'changed' ELSE t.sha256 END), '{}') FROM texts t WHERE t.case_id = c.case_id),
      'documents', (SELECT coalesce(jsonb_object_agg(d.document_id, CASE WHEN d.bytes IS NOT NULL AND d.sha256 <> encode(sha256(d.bytes), 'hex') THEN 'changed' ELSE d.sha256 END), '{}') FROM documents d WHERE d.case_id = c.case_id),
      'columns', jsonb_build_object('ean', c.ean, 'party_gln', c.party_gln, 'customer_ref', c.customer_ref), 'reference', c.reference, 'closed', c.closed_at IS NOT NULL,
      'unique_ok', c.unique_key IS NOT DISTINCT FROM (SELECT unique_key_of(p.unique_by, jsonb_build_object('answers', '{}'::jsonb, 'facts', c.facts)) FROM processes p WHERE p.process = c.process),
      'messages', (SELECT coalesce(jsonb_agg(DISTINCT m.seq), '[]') FROM (SELECT seq FROM outbox WHERE case_id = c.case_id UNION ALL SELECT seq FROM outbox_sent WHERE case_id = c.case_id) m),
      'slot', (SELECT jsonb_build_object('slot_id', h.slot_id, 'kept', h.kept) FROM slot_holds h WHERE h.case_id = c.case_id),
      'lease', EXISTS (SELECT 1 FROM case_leases l WHERE l.case_id = c.case_id AND l.fence = c.fence),
      'events', (SELECT jsonb_agg(jsonb_build_object('seq', e.seq, 'at', e.legal_at, 'kind', e.kind, 'cmd_id', e.cmd_id, 'agent_role', a.role, 'body', e.body) ORDER BY e.seq) FROM case_events e LEFT JOIN agents a USING (agent_id) WHERE e.case_id = c.case_id)) ORDER BY c.case_id), '[]')
    FROM (SELECT * FROM cases WHERE case_id > p_after ORDER BY case_id LIMIT least(p_limit, 500)) c);
END $$;

-- events whose case is gone: nothing in the program removes a case
CREATE FUNCTION loket_api.verify_orphans() RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('auditor', 'admin');
  RETURN (SELECT count(DISTINCT e.case_id) FROM case_events e WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.case_id = e.case_id));
END $$;

-- ---------------------------------------------------------------- administration
CREATE FUNCTION loket_api.clock_set(p_at timestamptz, p_shift interval) RETURNS timestamptz LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('admin');
  IF NOT (SELECT rehearsal FROM settings) THEN PERFORM refuse('not_a_rehearsal'); END IF;
  UPDATE settings SET legal_offset = CASE WHEN p_at IS NOT NULL THEN justify_hours(interval '0') + make_interval(secs => extract(epoch FROM p_at - clock_timestamp())::double precision)
    ELSE legal_offset + make_interval(secs => extract(epoch FROM p_shift)::double precision) END;
  RETURN legal_now();
END $$;

-- the process tables, as the program has them; rows that are gone from the tables go
CREATE FUNCTION process_load(p jsonb) RETURNS int LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n int;
BEGIN
  INSERT INTO queues (key) SELECT w.q FROM (SELECT e.x ->> 'queue' AS q, min(e.place) AS place FROM jsonb_array_elements(p) WITH ORDINALITY e(x, place) GROUP BY 1) w ORDER BY w.place ON CONFLICT DO NOTHING;
  INSERT INTO processes SELECT x ->> 'key', x ->> 'prefix', (SELECT queue_id FROM queues WHERE key = x ->> 'queue'), x ->> 'country', ARRAY(SELECT jsonb_array_elements_text(x -> 'unique_by')), x ->> 'form'
    FROM jsonb_array_elements(p) x ON CONFLICT (process) DO UPDATE SET prefix = excluded.prefix, queue_id = excluded.queue_id, country = excluded.country, unique_by = excluded.unique_by, form = excluded.form;
  INSERT INTO process_states SELECT x ->> 'key', s ->> 'key', (s ->> 'work')::work_state FROM jsonb_array_elements(p) x, jsonb_array_elements(x -> 'states') s
    ON CONFLICT (process, state) DO UPDATE SET work = excluded.work;
  DELETE FROM process_transitions;
  INSERT INTO process_transitions SELECT x ->> 'key', t ->> 'action', t ->> 'from', t ->> 'to', t ->> 'by', t ->> 'timer', ARRAY(SELECT jsonb_array_elements_text(t -> 'starts')), ARRAY(SELECT jsonb_array_elements_text(t -> 'ends')),
      ARRAY(SELECT jsonb_array_elements_text(t -> 'breaches')), ARRAY(SELECT jsonb_array_elements_text(t -> 'moves')), ARRAY(SELECT jsonb_array_elements_text(t -> 'messages')), ARRAY(SELECT jsonb_array_elements_text(t -> 'sets')),
      ARRAY(SELECT jsonb_array_elements_text(coalesce(t -> 'clears', '[]'))),
      ARRAY(SELECT jsonb_array_elements_text(t -> 'destroys')), ARRAY(SELECT jsonb_array_elements_text(t -> 'opens')), ARRAY(SELECT jsonb_array_elements_text(coalesce(t -> 'slots', '[]'))), t -> 'fields', t ->> 'form'
    FROM jsonb_array_elements(p) x, jsonb_array_elements(x -> 'transitions') t;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
-- what the program brings, overlaid by the edits; when it differs from the newest version of its
-- country it becomes the next one. The row of the origin is locked by the caller.
CREATE FUNCTION calendar_next(p_country text) RETURNS int LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v int; b jsonb; p jsonb; d jsonb;
BEGIN
  SELECT version, body INTO v, b FROM calendars WHERE country = p_country ORDER BY version DESC LIMIT 1;
  SELECT body INTO STRICT p FROM calendar_origins WHERE country = p_country;
  WITH last AS (SELECT DISTINCT ON (day) * FROM calendar_edits WHERE country = p_country ORDER BY day, edit_id DESC)
  SELECT (p -> 'days') - coalesce(array_agg(day::text) FILTER (WHERE removed), '{}')
      || coalesce(jsonb_object_agg(day::text, jsonb_build_object('name_key', '', 'name', name, 'law', law, 'kind', kind)) FILTER (WHERE NOT removed), '{}')
    INTO d FROM last;
  p := p || jsonb_build_object('days', d);
  IF b - 'version' = p - 'version' THEN RETURN v; END IF;
  v := coalesce(v, 0) + 1;
  INSERT INTO calendars (country, version, calendar, body) VALUES (p_country, v, p ->> 'key', p || jsonb_build_object('version', v));
  INSERT INTO calendar_days SELECT p_country, v, x.key::date, x.value ->> 'name', x.value ->> 'law', x.value ->> 'kind' FROM jsonb_each(d) x;
  RETURN v;
END $$;
-- called by migrate: the edits stand over whatever the program brings
CREATE FUNCTION calendar_load(p jsonb) RETURNS int LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO calendar_origins VALUES (p ->> 'country', p) ON CONFLICT (country) DO UPDATE SET body = excluded.body;
  RETURN calendar_next(p ->> 'country');
END $$;
-- Adds a free day or takes one away. An edit that changes nothing is none; returns the newest version.
CREATE FUNCTION loket_api.calendar_edit(p_country text, p_day date, p_name text, p_law text, p_kind text, p_removed bool) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('admin', 'lead'); o calendar_origins%ROWTYPE; now_ jsonb; years int4range;
BEGIN
  SELECT * INTO o FROM calendar_origins WHERE country = p_country FOR UPDATE;
  IF NOT FOUND THEN PERFORM refuse('no_such_country', '', jsonb_build_object('country', p_country)); END IF;
  SELECT int4range(min(left(k, 4)::int), max(left(k, 4)::int), '[]') INTO years FROM jsonb_object_keys(o.body -> 'days') k;
  -- the years between the first and the last free day are those that a calendar knows
  IF p_day IS NULL OR NOT extract(year FROM p_day)::int <@ years THEN
    PERFORM refuse('outside_calendar', '', jsonb_build_object('day', p_day, 'first', lower(years), 'last', upper(years) - 1)); END IF;
  SELECT body -> 'days' -> p_day::text INTO now_ FROM calendars WHERE country = p_country ORDER BY version DESC LIMIT 1;
  IF p_removed AND now_ IS NULL THEN PERFORM refuse('not_a_free_day', '', jsonb_build_object('day', p_day)); END IF;
  IF NOT p_removed AND (coalesce(p_name, '') = '' OR coalesce(p_law, '') = '' OR length(p_name) > 60 OR length(p_law) > 90 OR p_name ~ '[[:cntrl:]]' OR p_law ~ '[[:cntrl:]]'
      OR p_kind IS NULL OR p_kind NOT IN ('public', 'equated', 'de_facto')) THEN PERFORM refuse('bad_free_day', '', jsonb_build_object('day', p_day)); END IF;
  IF p_removed OR now_ IS NULL OR (now_ ->> 'name', now_ ->> 'law', now_ ->> 'kind') <> (p_name, p_law, p_kind) THEN
    INSERT INTO calendar_edits (country, day, removed, name, law, kind, edited_at, agent_id)
    VALUES (p_country, p_day, p_removed, CASE WHEN p_removed THEN now_ ->> 'name' ELSE p_name END, CASE WHEN p_removed THEN now_ ->> 'law' ELSE p_law END,
      CASE WHEN p_removed THEN now_ ->> 'kind' ELSE p_kind END, clock_timestamp(), a);
  END IF;
  RETURN calendar_next(p_country);
END $$;
-- free days of the newest version in a year, with the last edit of a day; days taken away stand there too
CREATE FUNCTION loket_api.calendar_days(p_country text, p_year int) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ WITH newest AS (SELECT country, version FROM calendars WHERE country = p_country AND me() IS NOT NULL ORDER BY version DESC LIMIT 1),
     days AS (SELECT d.day, d.name, d.law, d.kind FROM calendar_days d JOIN newest USING (country, version)),
     edits AS (SELECT DISTINCT ON (day) e.*, g.name AS agent FROM calendar_edits e JOIN newest USING (country) LEFT JOIN agents g USING (agent_id) ORDER BY day, edit_id DESC)
   SELECT jsonb_build_object('version', (SELECT version FROM newest), 'days', coalesce(jsonb_agg(jsonb_build_object('day', coalesce(d.day, e.day), 'name', coalesce(d.name, e.name),
       'law', coalesce(d.law, e.law), 'kind', coalesce(d.kind, e.kind), 'removed', d.day IS NULL, 'edited_at', e.edited_at, 'edited_by', e.agent) ORDER BY coalesce(d.day, e.day)), '[]'))
   FROM days d FULL JOIN edits e USING (day) WHERE extract(year FROM coalesce(d.day, e.day)) = p_year $$;
-- live cases with an open clock that was counted with an older calendar than the newest of its country
CREATE FUNCTION loket_api.recount_batch(p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE mine int[] := my_queues();
BEGIN
  PERFORM require_role('admin', 'lead');
  RETURN (WITH newest AS MATERIALIZED (SELECT p.process, max(k.version) AS version,
      (SELECT t.moves FROM process_transitions t WHERE t.process = p.process AND t.action = 'recount' LIMIT 1) AS moves FROM processes p JOIN calendars k USING (country) GROUP BY 1)
    SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', c.case_id, 'case_no', c.case_no, 'version', c.version, 'facts', facts_json(c)) ORDER BY c.case_id), '[]')
    FROM (SELECT d.case_id FROM deadlines d JOIN cases k USING (case_id) JOIN newest n USING (process)
        WHERE d.case_id > p_after AND d.outcome IS NULL AND d.breached_at IS NULL AND NOT d.late_on_arrival AND d.calendar_version < n.version
          AND d.key = ANY (n.moves) AND k.work <> 'closed' AND k.queue_id = ANY (mine)
        GROUP BY d.case_id ORDER BY d.case_id LIMIT least(greatest(p_limit, 1), 500)) x JOIN cases c USING (case_id));
END $$;
CREATE FUNCTION loket_api.calendars() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(body ORDER BY country, version), '[]') FROM calendars WHERE me() IS NOT NULL $$;

CREATE FUNCTION group_of(p_role text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE p_role WHEN 'agent' THEN 'loket_agent' WHEN 'lead' THEN 'loket_lead' WHEN 'auditor' THEN 'loket_auditor' WHEN 'admin' THEN 'loket_administrator' WHEN 'worker' THEN 'loket_worker' WHEN 'installer' THEN 'loket_installer' END $$;
-- runs with the rights of its caller, who must be able to create roles
CREATE FUNCTION agent_add(p_db_role name, p_name text, p_role text, p_queues text[], p_firm text DEFAULT NULL) RETURNS int LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE i int; q text; c cases%ROWTYPE;
BEGIN
  FOREACH q IN ARRAY p_queues LOOP
    IF NOT EXISTS (SELECT 1 FROM queues WHERE key = q AND firm_gln IS NULL) OR p_role = 'installer' THEN PERFORM refuse('no_such_queue', '', jsonb_build_object('queue', q)); END IF;
  END LOOP;
  IF (p_role = 'installer') <> (p_firm IS NOT NULL) OR p_firm IS NOT NULL AND NOT EXISTS (SELECT 1 FROM parties WHERE gln = p_firm AND role = 'installer') THEN PERFORM refuse('not_an_installer', 'ELS-01'); END IF;
  IF group_of(p_role) IS NULL THEN PERFORM refuse('no_such_role', '', jsonb_build_object('role', p_role)); END IF;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = p_db_role AND NOT rolcanlogin) THEN PERFORM refuse('no_login', '', jsonb_build_object('role', p_db_role)); END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = p_db_role) THEN
    -- a person has a few consoles; workers and administrators of a server share their role
    EXECUTE format('CREATE ROLE %I LOGIN CONNECTION LIMIT %s', p_db_role, CASE WHEN p_role IN ('worker', 'admin') THEN 64 ELSE 8 END);
  END IF;
  FOREACH q IN ARRAY ARRAY['agent', 'lead', 'auditor', 'admin', 'worker', 'installer'] LOOP
    IF q <> p_role AND pg_has_role(p_db_role, group_of(q), 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = p_db_role)
       AND EXISTS (SELECT 1 FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member WHERE g.rolname = group_of(q) AND r.rolname = p_db_role) THEN
      EXECUTE format('REVOKE %I FROM %I', group_of(q), p_db_role);
    END IF;
  END LOOP;
  EXECUTE format('GRANT %I TO %I', group_of(p_role), p_db_role);
  INSERT INTO agents (db_role, name, role, firm_gln) VALUES (p_db_role, p_name, p_role, p_firm)
    ON CONFLICT (db_role) DO UPDATE SET name = excluded.name, role = excluded.role, firm_gln = excluded.firm_gln, disabled_at = NULL RETURNING agent_id INTO i;
  IF p_firm IS NOT NULL THEN PERFORM firm_queue_of(p_firm); END IF;
  -- limits of their own in a queue that stays theirs stay too
  DELETE FROM agent_queues WHERE agent_id = i AND queue_id NOT IN (SELECT queue_id FROM queues WHERE key = ANY (p_queues));
  INSERT INTO agent_queues (agent_id, queue_id) SELECT i, queue_id FROM queues WHERE key = ANY (p_queues) ON CONFLICT DO NOTHING;
  -- what they hold in a queue that they lost goes back
  FOR c IN SELECT x.* FROM cases x JOIN case_leases l USING (case_id) WHERE l.agent_id = i AND x.queue_id NOT IN (SELECT queue_id FROM agent_queues WHERE agent_id = i) ORDER BY x.case_id FOR UPDATE OF x LOOP
    PERFORM case_write(lease_end(c), 'lease_returned', i, NULL, NULL, '{"why":"queues_changed"}', legal_now());
  END LOOP;
  RETURN i;
END $$;
CREATE FUNCTION agent_disable(p_db_role name) RETURNS int LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE i int; s uuid; n int := 0;
BEGIN
  UPDATE agents SET disabled_at = clock_timestamp() WHERE db_role = p_db_role RETURNING agent_id INTO i;
  IF i IS NULL THEN PERFORM refuse('no_such_agent', '', jsonb_build_object('agent', p_db_role)); END IF;
  FOR s IN SELECT session_id FROM agent_sessions WHERE agent_id = i FOR UPDATE LOOP n := n + drop_session(s, 'disabled'); END LOOP;
  RETURN n;
END $$;

-- ---------------------------------------------------------------- health
-- What `loket doctor` asks, for everybody who may log in: nothing of a case.
CREATE FUNCTION loket_api.health() RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent(); h jsonb;
BEGIN
  SELECT jsonb_build_object('now', clock_timestamp(), 'server', current_setting('server_version_num')::int, 'is_standby', pg_is_in_recovery(),
      'rehearsal', s.rehearsal, 'legal_now', legal_now(), 'agent', g.name, 'role', g.role, 'login', g.db_role,
      'queues', (SELECT count(*) FROM agent_queues q WHERE q.agent_id = a),
      'extensions', (SELECT coalesce(jsonb_object_agg(extname, extversion), '{}') FROM pg_extension),
      'migrations', (SELECT coalesce(jsonb_agg(version ORDER BY version), '[]') FROM _sqlx_migrations WHERE success),
      'consoles', (SELECT count(*) FROM agent_sessions x WHERE x.lost_at IS NULL AND NOT x.detached AND x.expires_at > clock_timestamp()),
      'workers', (SELECT count(DISTINCT x.pid) FROM pg_stat_activity x JOIN agents w ON w.db_role = x.usename WHERE w.role = 'worker' AND x.datname = current_database()),
      'ticking', is_ticking(),
      'dead_letters', (SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL),
      'late_timers_s', (SELECT extract(epoch FROM legal_now() - min(due_at))::bigint FROM deadlines WHERE outcome IS NULL AND breached_at IS NULL AND due_at < legal_now()),
      'connections', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), 'connections_max', current_setting('max_connections')::int,
      'size', pg_database_size(current_database()))
    INTO h FROM settings s JOIN agents g ON g.agent_id = a;
  -- an installer is told of the line, of the version and of nothing that others do (ELS-30)
  IF my_role() = 'installer' THEN
    RETURN h - ARRAY['queues', 'extensions', 'consoles', 'workers', 'ticking', 'dead_letters', 'late_timers_s', 'connections', 'connections_max', 'size']; END IF;
  RETURN h;
END $$;
