-- What the functions of loket_api are made of. Nobody but the owner may call these.
-- Lock order everywhere: commands, the line of an agent's claims, agent_sessions, cases, case_leases;
-- several cases by case_id; then slots, by slot_id (0017).
SET LOCAL search_path = loket, pg_catalog, ext;

-- The small functions that every command calls are PL/pgSQL on purpose: a session keeps their plans,
-- while an SQL function that cannot be inlined is parsed and planned anew in every transaction.
CREATE FUNCTION legal_now() RETURNS timestamptz LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT clock_timestamp() + legal_offset FROM settings); END $$;

-- timeline of the server: changes at failover, when fences of before are worth nothing
CREATE FUNCTION timeline() RETURNS int LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int; END $$;

CREATE FUNCTION me() RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT agent_id FROM agents WHERE db_role = session_user AND disabled_at IS NULL); END $$;
CREATE FUNCTION my_role() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT role FROM agents WHERE db_role = session_user AND disabled_at IS NULL); END $$;
-- the queues of who is connected, for functions that run as the owner already
CREATE FUNCTION own_queues() RETURNS int[] LANGUAGE plpgsql STABLE AS $$
DECLARE a int; r text; f text;
BEGIN
  SELECT agent_id, role, firm_gln INTO a, r, f FROM agents WHERE db_role = session_user AND disabled_at IS NULL;
  IF r = 'worker' THEN RETURN (SELECT coalesce(array_agg(queue_id ORDER BY queue_id), '{}') FROM queues); END IF;
  -- what an installer has not sent is no business of the grid company's, whoever looks (ELS-29)
  IF r IN ('auditor', 'admin') THEN RETURN (SELECT coalesce(array_agg(queue_id ORDER BY queue_id), '{}') FROM queues WHERE firm_gln IS NULL); END IF;
  IF r = 'installer' THEN RETURN (SELECT coalesce(array_agg(q.queue_id), '{}') FROM queues q WHERE q.firm_gln = f); END IF;
  RETURN (SELECT coalesce(array_agg(queue_id ORDER BY queue_id), '{}') FROM agent_queues WHERE agent_id = a);
END $$;
CREATE FUNCTION my_queues() RETURNS int[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN own_queues(); END $$;

-- a refusal with its text key, its rule and the values for the text
CREATE FUNCTION refuse(p_key text, p_rule text DEFAULT '', p_args jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', p_key USING ERRCODE = 'LK006', DETAIL = p_rule, HINT = p_args::text; END $$;

CREATE FUNCTION require_agent() RETURNS int LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int;
BEGIN
  SELECT agent_id INTO a FROM agents WHERE db_role = session_user AND disabled_at IS NULL;
  IF a IS NULL THEN RAISE EXCEPTION 'unknown or disabled agent %', session_user USING ERRCODE = 'LK002'; END IF;
  RETURN a;
END $$;
CREATE FUNCTION require_role(VARIADIC p_roles text[]) RETURNS int LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int; r text;
BEGIN
  SELECT agent_id, role INTO a, r FROM agents WHERE db_role = session_user AND disabled_at IS NULL;
  IF a IS NULL THEN RETURN require_agent(); END IF;
  IF r <> ALL (p_roles) THEN PERFORM refuse('role_required', '', jsonb_build_object('role', array_to_string(p_roles, ', '))); END IF;
  RETURN a;
END $$;

-- What an agent said in a change, as a digest: all else in it follows from that and from the case as it is at that moment.
-- Texts are in it by their hashes.
CREATE FUNCTION said(p_change jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT md5(jsonb_build_array(p_change -> 'process', p_change -> 'action', p_change -> 'answers')::text) $$;

-- The command id is inserted first (`p_about` is the case or reference it is for, and what was said): a second call with the same id waits for
-- the first to commit and is given its result; with another content it is refused. NULL means: this call is the first, go on.
CREATE FUNCTION command_begin(p_cmd uuid, p_agent int, p_kind text, p_about text DEFAULT '') RETURNS jsonb
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c commands%ROWTYPE;
BEGIN
  -- limits and gates count what others committed while this command waited in line
  IF current_setting('transaction_isolation') <> 'read committed' THEN PERFORM refuse('not_read_committed'); END IF;
  -- a client may have switched it off for its session; what counts is the value at commit
  IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') AND current_setting('fsync') = 'on' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO commands (cmd_id, agent_id, kind, about) VALUES (p_cmd, p_agent, p_kind, p_about) ON CONFLICT DO NOTHING;
  IF FOUND THEN RETURN NULL; END IF;
  SELECT * INTO c FROM commands WHERE cmd_id = p_cmd;
  IF c.agent_id <> p_agent OR c.kind <> p_kind OR c.about <> p_about OR c.result IS NULL THEN
    RAISE EXCEPTION 'command id used before for something else' USING ERRCODE = '22023';
  END IF;
  RETURN c.result;
END $$;
-- what was typed for the command is written now: its draft goes in the same transaction
CREATE FUNCTION command_end(p_cmd uuid, p_result jsonb) RETURNS jsonb LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM drafts WHERE command = p_cmd AND agent_id = me();
  UPDATE commands SET result = p_result WHERE cmd_id = p_cmd;
  RETURN p_result;
END $$;

CREATE FUNCTION require_session(p_session uuid, p_agent int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM agent_sessions WHERE session_id = p_session AND agent_id = p_agent AND timeline = timeline() FOR KEY SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'session lost' USING ERRCODE = 'LK003'; END IF;
END $$;

-- the case, locked; not found for an agent whose queues do not include it
CREATE FUNCTION case_lock(p_case bigint) RETURNS cases LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE;
BEGIN
  SELECT * INTO c FROM cases WHERE case_id = p_case FOR UPDATE;
  IF NOT FOUND OR NOT own_queues() && ARRAY[c.queue_id, c.firm_queue] THEN PERFORM refuse('case_not_found'); END IF;
  RETURN c;
END $$;

-- The right to write as holder: a row, a fence, a session and the server's timeline. Never time.
CREATE FUNCTION require_lease(p_session uuid, p_agent int, p_case cases, p_fence bigint) RETURNS void
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM case_leases l JOIN agent_sessions s USING (session_id)
   WHERE l.case_id = p_case.case_id AND l.fence = p_fence AND p_case.fence = p_fence
     AND l.session_id = p_session AND s.agent_id = p_agent AND s.timeline = timeline() FOR UPDATE OF l;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'lease lost' USING ERRCODE = 'LK004', DETAIL = coalesce(
      (SELECT a.name FROM case_leases l JOIN agents a USING (agent_id) WHERE l.case_id = p_case.case_id), '');
  END IF;
END $$;

CREATE FUNCTION hash_of(p_prev bytea, p_case bigint, p_seq int, p_queue int, p_kind text, p_agent int, p_session uuid,
  p_fence bigint, p_cmd uuid, p_body jsonb, p_at timestamptz, p_legal timestamptz) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS
$$ BEGIN RETURN sha256(p_prev || convert_to(jsonb_build_array(p_case, p_seq, p_queue, p_kind, p_agent, p_session, p_fence, p_cmd, p_body,
     to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), to_char(p_legal AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))::text, 'UTF8')); END $$;

-- Writes the event and the changed row of a case in one UPDATE: version, fence, work, chain head.
-- The caller holds the row lock, so the chain cannot fork.
CREATE FUNCTION case_write(p_case cases, p_kind text, p_agent int, p_session uuid, p_cmd uuid, p_body jsonb, p_legal timestamptz)
RETURNS cases LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := clock_timestamp(); c cases%ROWTYPE := p_case; prev bytea := p_case.last_hash;
BEGIN
  -- whatever happens to a case brings it back into the inbox; that its holder leaves, or somebody looks, is nothing of it
  IF c.snoozed_until IS NOT NULL AND p_kind NOT IN ('snooze', 'released', 'lease_returned', 'taken_back', 'unmasked', 'consumption_seen', 'consumption_exported') THEN c.snoozed_until := NULL; END IF;
  c.version := c.version + 1; c.last_seq := c.last_seq + 1;
  c.last_hash := hash_of(prev, c.case_id, c.last_seq, c.queue_id, p_kind, p_agent, p_session, c.fence, p_cmd, p_body, t, p_legal);
  INSERT INTO case_events (at, legal_at, case_id, seq, queue_id, kind, agent_id, session_id, fence, cmd_id, body, prev_hash, hash)
  VALUES (t, p_legal, c.case_id, c.last_seq, c.queue_id, p_kind, p_agent, p_session, c.fence, p_cmd, p_body, prev, c.last_hash);
  UPDATE cases SET queue_id = c.queue_id, state = c.state, work = c.work, facts = c.facts, received_at = c.received_at, closed_at = c.closed_at,
    sort_at = c.sort_at, due_clock = c.due_clock, due_warn = c.due_warn, due_comparison = c.due_comparison,
    due_whose = c.due_whose, due_breached = c.due_breached, due_retriaged = c.due_retriaged, promise_at = c.promise_at, snoozed_until = c.snoozed_until, fence = c.fence, version = c.version,
    handover = c.handover, raised_at = c.raised_at, ean = c.ean, party_gln = c.party_gln, customer_ref = c.customer_ref, subject = c.subject, unique_key = c.unique_key, last_hash = c.last_hash, last_seq = c.last_seq
  WHERE case_id = c.case_id;
  RETURN c;
END $$;

-- The nearest running clock decides where a case sorts. Clocks of people come before those of outside
-- systems and mere reminders: nobody can do anything about these before they have passed. What people
-- set for themselves (promises, snoozes) decides nothing here.
CREATE FUNCTION with_nearest_clock(p_case cases) RETURNS cases LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := p_case; d record;
BEGIN
  c.promise_at := (SELECT min(due_at) FROM deadlines WHERE case_id = c.case_id AND key = 'promise' AND outcome IS NULL);
  SELECT * INTO d FROM deadlines WHERE case_id = c.case_id AND outcome IS NULL AND key NOT IN ('promise', 'snooze')
    ORDER BY whose IN ('system', 'notice'), due_at, key LIMIT 1;
  IF FOUND THEN
    c.sort_at := d.due_at; c.due_clock := d.key; c.due_warn := d.warn_at; c.due_comparison := d.comparison;
    c.due_whose := d.whose; c.due_breached := d.breached_at IS NOT NULL; c.due_retriaged := d.late_by_retriage;
  ELSE
    c.sort_at := '9999-12-31Z'; c.due_clock := NULL; c.due_warn := NULL; c.due_comparison := NULL;
    c.due_whose := NULL; c.due_breached := false; c.due_retriaged := false;
  END IF;
  RETURN c;
END $$;

CREATE FUNCTION state_work(p_process text, p_state text) RETURNS work_state LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT work FROM process_states WHERE process = p_process AND state = p_state); END $$;

-- the lease ends; the fence rises so that nobody can write with the old one
CREATE FUNCTION lease_end(p_case cases) RETURNS cases LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := p_case;
BEGIN
  DELETE FROM case_leases WHERE case_id = c.case_id;
  c.fence := c.fence + 1;
  c.work := state_work(c.process, c.state);
  RETURN c;
END $$;

CREATE FUNCTION next_case_no(p_prefix text, p_year int) RETURNS text LANGUAGE sql SET search_path = loket, pg_catalog, pg_temp AS
$$ INSERT INTO case_numbers AS n VALUES (p_prefix, p_year, 1)
   ON CONFLICT (prefix, year) DO UPDATE SET last = n.last + 1
   RETURNING p_prefix || '-' || p_year || '-' || lpad(n.last::text, greatest(6, length(n.last::text)), '0') $$;

-- what an event keeps of a change: everything but the bodies of texts
CREATE FUNCTION without_bodies(p_change jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF jsonb_typeof(p_change) IS DISTINCT FROM 'object' THEN RETURN p_change; END IF;
  RETURN p_change || jsonb_build_object('opens', without_bodies(p_change -> 'opens'), 'texts',
    (SELECT coalesce(jsonb_agg(t - 'body' ORDER BY n), '[]') FROM jsonb_array_elements(p_change -> 'texts') WITH ORDINALITY x(t, n)));
END $$;

-- Values that an event may hold: whole numbers, yes or no, short codes, and texts of the same change
-- by number and hash. Free text never stands in an event (decision 20).
CREATE FUNCTION check_value(p_key text, p_value jsonb, p_texts jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v jsonb;
BEGIN
  IF (CASE jsonb_typeof(p_value)
       WHEN 'boolean' THEN true
       WHEN 'number' THEN p_value #>> '{}' ~ '^-?[0-9]{1,15}$'
       WHEN 'string' THEN p_value #>> '{}' ~ '^[A-Za-z0-9][A-Za-z0-9 _.:/+-]{0,63}$'
       WHEN 'object' THEN (SELECT count(*) FROM jsonb_object_keys(p_value)) = 2 AND EXISTS
         (SELECT 1 FROM jsonb_array_elements(p_texts) t WHERE t ->> 'id' = p_value ->> 'text' AND t ->> 'sha256' = p_value ->> 'sha256')
       WHEN 'array' THEN jsonb_array_length(p_value) BETWEEN 1 AND 50
       ELSE false END) IS NOT TRUE THEN
    PERFORM refuse('free_text_in_event', 'META-03', jsonb_build_object('field', p_key));
  END IF;
  IF jsonb_typeof(p_value) = 'array' THEN               -- a list holds single values only
    FOR v IN SELECT jsonb_array_elements(p_value) LOOP
      IF jsonb_typeof(v) = 'array' THEN PERFORM refuse('free_text_in_event', 'META-03', jsonb_build_object('field', p_key)); END IF;
      PERFORM check_value(p_key, v, p_texts);
    END LOOP;
  END IF;
END $$;
-- what a field takes; of a list its kind stands in `of`
CREATE FUNCTION field_takes(p_field jsonb, p_value jsonb) RETURNS bool LANGUAGE plpgsql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v text := p_value #>> '{}'; t text := jsonb_typeof(p_value);
BEGIN
  RETURN CASE p_field ->> 'kind'
    WHEN 'list' THEN t = 'array' AND (SELECT bool_and(loket.field_takes(p_field || jsonb_build_object('kind', p_field -> 'of', 'of', NULL), x)) FROM jsonb_array_elements(p_value) x)
    WHEN 'line' THEN t = 'object' WHEN 'note' THEN t = 'object' WHEN 'postcode' THEN t = 'object' WHEN 'house_number' THEN t = 'object' WHEN 'person_number' THEN t = 'object' WHEN 'company_number' THEN t = 'object'
    WHEN 'national_number' THEN t = 'object' WHEN 'd_number' THEN t = 'object' WHEN 'enterprise_number' THEN t = 'object'
    WHEN 'choice' THEN t = 'string' AND (p_field -> 'choices') ? v
    WHEN 'yes_no' THEN t = 'boolean' WHEN 'contact' THEN t = 'number' WHEN 'run' THEN t = 'number' WHEN 'slot' THEN t = 'number'
    WHEN 'ean' THEN t = 'string' AND v ~ '^[0-9]{18}$' WHEN 'party' THEN t = 'string' AND v ~ '^[0-9]{13}$'
    WHEN 'enterprise' THEN t = 'string' AND v ~ '^[01][0-9]{9}$'
    WHEN 'number' THEN t = 'string' AND CASE WHEN v ~ '^[0-9]{1,9}([.][0-9]{1,6})?$' THEN v::numeric BETWEEN coalesce((p_field ->> 'min')::numeric, 0) AND coalesce((p_field ->> 'max')::numeric, 999999999.999999) ELSE false END
    WHEN 'date' THEN t = 'string' AND v ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    WHEN 'time' THEN t = 'string' AND v ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
    WHEN 'money' THEN t = 'string' AND v ~ '^[A-Z]{3} -?[0-9]{1,9}[.][0-9]{2}$'
    WHEN 'instant' THEN t = 'string' AND v ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+]00:00)$'
    ELSE t = 'string' END;
END $$;
-- Each answer belongs to a declared field and is what that field takes; what is always needed is there.
CREATE FUNCTION check_answers(p_fields jsonb, p_answers jsonb, p_texts jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE k text; v jsonb; f jsonb;
BEGIN
  FOR k, v IN SELECT * FROM jsonb_each(p_answers) LOOP
    SELECT x INTO f FROM jsonb_array_elements(p_fields) x WHERE x ->> 'key' = k;
    IF f IS NULL THEN PERFORM refuse('field_not_declared', '', jsonb_build_object('field', k)); END IF;
    PERFORM check_value(k, v, p_texts);
    IF NOT field_takes(f, v) THEN
      PERFORM refuse('not_in_table', '', jsonb_build_object('what', k, 'given', left(v #>> '{}', 64)));
    END IF;
  END LOOP;
  FOR k IN SELECT x ->> 'key' FROM jsonb_array_elements(p_fields) x WHERE (x ->> 'required')::bool AND NOT p_answers ? (x ->> 'key') LOOP
    PERFORM refuse('field_missing', '', jsonb_build_object('field', k));
  END LOOP;
END $$;
-- Instants that are instants, and a ledger of the known kinds: what a console could not read is refused.
CREATE FUNCTION check_clocks(p_ops jsonb) RETURNS void LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE o jsonb; k text; l jsonb;
BEGIN
  FOR o IN SELECT jsonb_array_elements(p_ops) LOOP
    PERFORM subset(ARRAY(SELECT jsonb_object_keys(o)), ARRAY['op', 'key', 'run', 'started_at', 'due_at', 'comparison', 'warn_at', 'whose', 'late_on_arrival', 'calendar',
      'calendar_version', 'ledger', 'outcome', 'at', 'was_due_at', 'late_by_retriage'], 'keys');
    FOREACH k IN ARRAY ARRAY['started_at', 'due_at', 'was_due_at', 'warn_at', 'at'] LOOP
      IF o ? k AND NOT ((o ->> k)::timestamptz BETWEEN '1990-01-01Z' AND '2200-01-01Z') THEN
        PERFORM refuse('not_in_table', '', jsonb_build_object('what', k, 'given', left(o ->> k, 64)));
      END IF;
    END LOOP;
    FOR l IN SELECT jsonb_array_elements(coalesce(o -> 'ledger', '[]')) LOOP
      IF (SELECT count(*) FROM jsonb_object_keys(l)) <> 5 OR (l ->> 'at')::timestamptz IS NULL AND l ->> 'at' IS NOT NULL OR (l ->> 'day')::date IS NULL AND l ->> 'day' IS NOT NULL
         OR (l ->> 'until_day')::date IS NULL AND l ->> 'until_day' IS NOT NULL OR jsonb_typeof(l -> 'detail') <> 'string' OR length(l ->> 'detail') > 160
         OR l ->> 'kind' NOT IN ('received', 'start_day', 'weekend', 'holiday', 'working_day', 'working_time', 'elapsed', 'clock_change', 'pause', 'due') THEN
        PERFORM refuse('not_in_table', '', jsonb_build_object('what', 'ledger', 'given', o ->> 'key'));
      END IF;
    END LOOP;
  END LOOP;
END $$;

CREATE FUNCTION subset(p_given text[], p_allowed text[], p_what text) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT p_given <@ p_allowed THEN
    PERFORM refuse('not_in_table', '', jsonb_build_object('what', p_what, 'given', array_to_string(p_given, ', ')));
  END IF;
END $$;

-- the facts that a change unsets
CREATE FUNCTION clears_of(p_change jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT ARRAY(SELECT jsonb_array_elements_text(coalesce(p_change -> 'clears', '[]'))) $$;
-- What is emptied is a field that may be empty, what is unset a fact that the line may unset; both stand in
-- the case, and neither gets a value by the same change.
CREATE FUNCTION check_emptied(p_change jsonb, p_line process_transitions, p_facts jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE emptied text[] := ARRAY(SELECT jsonb_array_elements_text(coalesce(p_change -> 'emptied', '[]'))); clears text[] := clears_of(p_change);
BEGIN
  PERFORM subset(emptied, ARRAY(SELECT x ->> 'key' FROM jsonb_array_elements(p_line.fields) x WHERE NOT (x ->> 'required')::bool AND p_facts ? (x ->> 'key') AND NOT p_change -> 'answers' ? (x ->> 'key')), 'emptied');
  PERFORM subset(clears, ARRAY(SELECT k FROM unnest(p_line.clears) k WHERE p_facts ? k AND NOT p_change -> 'facts' ? k), 'facts unset');
END $$;

-- The referee (decision 6): a change may do only what the loaded process table says of its line, in
-- the shape that everybody can read.
CREATE FUNCTION referee(p_change jsonb, p_line process_transitions, p_facts jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE k text; v jsonb; known jsonb; ops jsonb := p_change -> 'clocks'; kinds text[] := ARRAY(SELECT jsonb_array_elements_text(p_change -> 'messages'));
BEGIN
  IF pg_column_size(p_change) > 300000 OR jsonb_array_length(p_change -> 'texts') > 30 THEN PERFORM refuse('not_in_table', '', '{"what":"size","given":""}'); END IF;
  PERFORM subset(ARRAY(SELECT jsonb_object_keys(p_change)), ARRAY['process', 'action', 'from', 'to', 'at', 'received_at', 'answers', 'emptied', 'facts', 'clears', 'clocks', 'messages', 'texts', 'destroy', 'opens', 'slot'], 'keys');
  IF EXISTS (SELECT 1 FROM jsonb_array_elements(p_change -> 'texts') t WHERE (t ->> 'id')::uuid IS NULL OR length(t ->> 'field') > 40 OR t ->> 'sha256' !~ '^[0-9a-f]{64}$'
      OR (SELECT count(*) FROM jsonb_object_keys(t)) <> 4) THEN PERFORM refuse('text_hash_differs'); END IF;
  PERFORM check_answers(p_line.fields, p_change -> 'answers', p_change -> 'texts');
  -- a fact can be copied: then it refers to a text that another fact of the case has
  known := p_change -> 'texts' || coalesce((SELECT jsonb_agg(jsonb_build_object('id', x.value -> 'text', 'sha256', x.value -> 'sha256')) FROM jsonb_each(p_facts) x WHERE jsonb_typeof(x.value) = 'object'), '[]');
  FOR k, v IN SELECT * FROM jsonb_each(p_change -> 'facts') LOOP PERFORM check_value(k, v, known); END LOOP;
  PERFORM check_clocks(ops);
  PERFORM subset(ARRAY(SELECT jsonb_object_keys(p_change -> 'facts')), p_line.sets, 'facts');
  PERFORM check_emptied(p_change, p_line, p_facts);
  PERFORM subset(ARRAY(SELECT o ->> 'key' FROM jsonb_array_elements(ops) o WHERE o ->> 'op' = 'start'), p_line.starts, 'clocks started');
  PERFORM subset(ARRAY(SELECT o ->> 'key' FROM jsonb_array_elements(ops) o WHERE o ->> 'op' = 'end'), p_line.ends, 'clocks ended');
  PERFORM subset(ARRAY(SELECT o ->> 'key' FROM jsonb_array_elements(ops) o WHERE o ->> 'op' NOT IN ('start', 'end', 'move')), p_line.breaches, 'clocks breached');
  PERFORM subset(ARRAY(SELECT o ->> 'key' FROM jsonb_array_elements(ops) o WHERE o ->> 'op' = 'move'), p_line.moves, 'clocks moved');
  PERFORM subset(kinds, p_line.messages, 'messages');
  IF cardinality(kinds) <> (SELECT count(DISTINCT x) FROM unnest(kinds) x) THEN PERFORM refuse('not_in_table', '', jsonb_build_object('what', 'messages', 'given', array_to_string(kinds, ', '))); END IF;
  PERFORM subset(ARRAY(SELECT jsonb_array_elements_text(p_change -> 'destroy')), p_line.destroys, 'documents');
  PERFORM slot_check(p_change, p_line.slots);
  IF jsonb_typeof(p_change -> 'opens') = 'object' THEN
    PERFORM subset(ARRAY[p_change -> 'opens' ->> 'process'], p_line.opens, 'cases opened');
  END IF;
END $$;

-- A person named in a change is one of the register, and a party's role is what the register says
-- (GT-15, GT-26): `p_party` is the party of the case.
CREATE FUNCTION check_people(p_party text, p_change jsonb) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE given jsonb := p_change -> 'answers';
BEGIN
  IF given ? 'contact' AND NOT EXISTS (SELECT 1 FROM contacts WHERE contact_id = (given ->> 'contact')::bigint AND gln = p_party AND contact_group = contact_group_of()) THEN
    PERFORM refuse('not_a_contact', 'GT-26', '{"field":"field.contact"}');
  END IF;
  IF given ? 'party_role' AND given ->> 'party_role' IS DISTINCT FROM (SELECT role FROM parties WHERE gln = p_party) THEN
    PERFORM refuse('role_differs', 'GT-15', jsonb_build_object('role', given ->> 'party_role'));
  END IF;
END $$;
-- the group of the contact register for this procedure (GT-26)
CREATE FUNCTION contact_group_of() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'Gerede twijfel Klantmandaat' $$;
-- Days and years are those of the country, never of the server or the session (calendars.md 4.5).
CREATE FUNCTION zone_of(p_country text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE p_country WHEN 'NO' THEN 'Europe/Oslo' WHEN 'SE' THEN 'Europe/Stockholm' WHEN 'BE' THEN 'Europe/Brussels' ELSE 'Europe/Amsterdam' END $$;
CREATE FUNCTION local_day(p_country text) RETURNS date LANGUAGE sql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT (legal_now() AT TIME ZONE zone_of(p_country))::date $$;

-- the instant of a change is the present: what happened earlier stands in a field of its own
CREATE FUNCTION check_at(p_at timestamptz) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n timestamptz := legal_now();
BEGIN
  IF p_at IS NULL OR p_at > n + interval '5 s' OR p_at < n - interval '120 s' THEN
    PERFORM refuse('clock_differs', '', jsonb_build_object('server', n));
  END IF;
END $$;

-- the newest version of the calendar by which the deadlines of a case count
CREATE FUNCTION country_version(p_case bigint) RETURNS int LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT max(k.version) FROM cases c JOIN processes p USING (process) JOIN calendars k USING (country) WHERE c.case_id = p_case $$;

-- what protects the customer waits for nobody (GT-11, GT-16), nor does what somebody waits for on the telephone (PRIO-15, PRIO-31)
CREATE FUNCTION leaves_at_once(p_kind text) RETURNS bool LANGUAGE sql IMMUTABLE AS
$$ SELECT p_kind IN ('block', 'allocation_zero', 'check_connection', 'payment_create', 'payment_cancel', 'payment_refund', 'payment_refund_again', 'payment_refund_other') $$;
-- clocks, texts, documents and messages of a change
CREATE FUNCTION change_clocks(p_case bigint, p_ops jsonb) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE o jsonb;
BEGIN
  FOR o IN SELECT x FROM jsonb_array_elements(p_ops) WITH ORDINALITY q(x, n) ORDER BY n LOOP
    IF o ->> 'op' = 'start' THEN
      INSERT INTO deadlines (case_id, key, run, started_at, due_at, original_due_at, comparison, warn_at, whose, late_on_arrival, calendar, calendar_version, ledger)
      VALUES (p_case, o ->> 'key', (o ->> 'run')::int, (o ->> 'started_at')::timestamptz, (o ->> 'due_at')::timestamptz, (o ->> 'due_at')::timestamptz,
        o ->> 'comparison', (o ->> 'warn_at')::timestamptz, o ->> 'whose', (o ->> 'late_on_arrival')::bool, o ->> 'calendar', (o ->> 'calendar_version')::int, o -> 'ledger');
    ELSIF o ->> 'op' = 'end' THEN
      UPDATE deadlines SET outcome = o ->> 'outcome', ended_at = (o ->> 'at')::timestamptz
        WHERE case_id = p_case AND key = o ->> 'key' AND run = (o ->> 'run')::int AND outcome IS NULL
          AND (o ->> 'outcome' <> 'lapsed' OR due_at < legal_now() OR (comparison = 'before' AND due_at <= legal_now()));
      IF NOT FOUND THEN PERFORM refuse('clock_not_running', '', jsonb_build_object('clock', o ->> 'key')); END IF;
    ELSIF o ->> 'op' = 'move' THEN
      -- only by the newest calendar, only from the instant that stands there, never what is on record
      UPDATE deadlines d SET due_at = (o ->> 'due_at')::timestamptz, warn_at = (o ->> 'warn_at')::timestamptz, calendar = o ->> 'calendar',
          calendar_version = (o ->> 'calendar_version')::int, ledger = o -> 'ledger', late_by_retriage = (o ->> 'late_by_retriage')::bool
        WHERE d.case_id = p_case AND d.key = o ->> 'key' AND d.run = (o ->> 'run')::int AND d.outcome IS NULL AND d.breached_at IS NULL AND NOT d.late_on_arrival
          AND jsonb_typeof(o -> 'ledger') = 'array' AND o ->> 'warn_at' IS NOT NULL AND o ->> 'calendar' IS NOT NULL
          AND d.due_at = (o ->> 'was_due_at')::timestamptz AND (o ->> 'calendar_version')::int = country_version(p_case) AND d.calendar_version < country_version(p_case)
          AND (NOT (o ->> 'late_by_retriage')::bool OR (o ->> 'due_at')::timestamptz <= legal_now() + interval '5 s');
      IF NOT FOUND THEN PERFORM refuse('clock_not_movable', '', jsonb_build_object('clock', o ->> 'key')); END IF;
    ELSE
      UPDATE deadlines SET breached_at = coalesce(breached_at, (o ->> 'at')::timestamptz)
        WHERE case_id = p_case AND key = o ->> 'key' AND run = (o ->> 'run')::int AND outcome IS NULL AND NOT late_by_retriage
          AND (due_at < legal_now() OR (comparison = 'before' AND due_at <= legal_now()));
      IF NOT FOUND THEN PERFORM refuse('clock_not_passed', '', jsonb_build_object('clock', o ->> 'key')); END IF;
    END IF;
  END LOOP;
END $$;
-- `p_grace`: how long the messages wait, because it may be taken back (undo); what blocks leaves at once
CREATE FUNCTION change_rows(p_case bigint, p_change jsonb, p_facts jsonb, p_legal timestamptz, p_grace interval DEFAULT '0') RETURNS void
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM change_clocks(p_case, p_change -> 'clocks');
  IF EXISTS (SELECT 1 FROM jsonb_array_elements(p_change -> 'texts') t WHERE t ->> 'sha256' <> encode(sha256(convert_to(t ->> 'body', 'UTF8')), 'hex')) THEN
    PERFORM refuse('text_hash_differs');
  END IF;
  INSERT INTO texts (text_id, case_id, field, body, sha256, created_at)
    SELECT (t ->> 'id')::uuid, p_case, t ->> 'field', t ->> 'body', t ->> 'sha256', p_legal FROM jsonb_array_elements(p_change -> 'texts') t;
  UPDATE documents SET bytes = NULL, erased_at = p_legal
    WHERE case_id = p_case AND bytes IS NOT NULL AND purpose IN (SELECT jsonb_array_elements_text(p_change -> 'destroy'));
  INSERT INTO outbox (case_id, kind, facts, answers, legal_at, seq, not_before)
    SELECT p_case, m, p_facts, p_change -> 'answers', p_legal, (SELECT last_seq + 1 FROM cases WHERE case_id = p_case),
      clock_timestamp() + CASE WHEN leaves_at_once(m) THEN interval '0' ELSE p_grace END FROM jsonb_array_elements_text(p_change -> 'messages') WITH ORDINALITY q(m, n) ORDER BY n;
END $$;
