-- Reading: inbox, detail, timeline, search, change feed. Bounded, indexed, filtered by queue here and
-- by row level security below (LIKE is not leakproof: under a policy the trigram index is not used).
SET LOCAL search_path = loket, pg_catalog, ext;

-- An expression and nothing else, so that the planner takes it into the query of a list: a function
-- with a query of its own costs more than the row, a hundred times a page. Lists are json and not jsonb,
-- which would sort the keys of each row and copy it three times more.
CREATE FUNCTION row_json(c cases, p_queue text, p_holder text, p_holder_id int) RETURNS json LANGUAGE sql STABLE AS
$$ SELECT json_build_object('case_id', c.case_id, 'case_no', c.case_no, 'queue', CASE WHEN p_queue LIKE 'firm\_%' THEN 'installation' ELSE p_queue END,
     'process', c.process, 'state', c.state, 'work', c.work, 'sort_at', c.sort_at, 'clock', c.due_clock,
     'due_at', CASE WHEN c.due_clock IS NOT NULL THEN c.sort_at END, 'comparison', c.due_comparison, 'warn_at', c.due_warn,
     'breached', c.due_breached, 'late_by_retriage', c.due_retriaged, 'whose', c.due_whose, 'subject', c.subject, 'holder', p_holder, 'holder_id', p_holder_id,
     'version', c.version, 'received_at', c.received_at, 'raised', c.raised_at IS NOT NULL, 'promise_at', c.promise_at, 'snoozed_until', c.snoozed_until) $$;
CREATE FUNCTION row_json(c cases) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT row_json(c, q.key, a.name, a.agent_id)::jsonb FROM queues q LEFT JOIN case_leases l ON l.case_id = c.case_id AND c.work = 'held' LEFT JOIN agents a ON a.agent_id = l.agent_id
   WHERE q.queue_id = c.queue_id $$;

-- the queue of an installer's company; NULL for everybody else
CREATE FUNCTION my_firm_queue() RETURNS int LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT q.queue_id FROM agents a JOIN queues q USING (firm_gln) WHERE a.db_role = session_user AND a.disabled_at IS NULL AND a.role = 'installer'); END $$;
-- the counts of my queues, as they were counted last
CREATE FUNCTION counts_json() RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ DECLARE f int := my_firm_queue();
BEGIN
  IF f IS NOT NULL THEN                                -- a company has few: they are counted as they are
    RETURN (SELECT jsonb_build_object(f, jsonb_build_object('open', count(*) FILTER (WHERE work = 'open'), 'held', count(*) FILTER (WHERE work = 'held'),
      'waiting', count(*) FILTER (WHERE work = 'waiting'), 'overdue', 0)) FROM cases WHERE firm_queue = f AND work <> 'closed');
  END IF;
  RETURN (SELECT coalesce(jsonb_object_agg(b.queue_id, jsonb_build_object('open', n_open, 'held', n_held, 'waiting', n_waiting, 'overdue', n_overdue)), '{}')
     FROM queue_board b WHERE b.queue_id = ANY ((SELECT my_queues())::int[]));
END $$;
CREATE FUNCTION loket_api.inbox(p_queue int, p_work text, p_sort timestamptz, p_case bigint, p_limit int) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE rows_ json; lim int := least(greatest(p_limit, 1), 500); t timestamptz := legal_now();
BEGIN
  PERFORM require_agent();
  IF p_queue IS NULL THEN
    SELECT coalesce(json_agg(row_json(c, q.key, a.name, a.agent_id) ORDER BY c.sort_at, c.case_id), '[]') INTO rows_ FROM
      (SELECT c.* FROM case_leases l JOIN cases c USING (case_id) WHERE l.agent_id = me() AND (c.sort_at, c.case_id) > (p_sort, p_case)
         AND (c.snoozed_until IS NULL OR c.snoozed_until <= t)
       ORDER BY c.sort_at, c.case_id LIMIT lim) c
      JOIN queues q USING (queue_id) LEFT JOIN case_leases l ON l.case_id = c.case_id AND c.work = 'held' LEFT JOIN agents a ON a.agent_id = l.agent_id;
  ELSIF p_queue = my_firm_queue() THEN                 -- an installer's list: all of the company, sent or not
    SELECT coalesce(json_agg(row_json(c, q.key, a.name, a.agent_id) ORDER BY c.work, c.sort_at, c.case_id), '[]') INTO rows_ FROM
      (SELECT c.* FROM cases c WHERE c.firm_queue = p_queue AND c.work <> 'closed'
         AND (c.snoozed_until IS NULL OR c.snoozed_until <= t)
         AND (c.work, c.sort_at, c.case_id) > (p_work::work_state, p_sort, p_case) ORDER BY c.work, c.sort_at, c.case_id LIMIT lim) c
      JOIN queues q USING (queue_id) LEFT JOIN case_leases l ON l.case_id = c.case_id AND c.work = 'held' LEFT JOIN agents a ON a.agent_id = l.agent_id;
  ELSE
    SELECT coalesce(json_agg(row_json(c, q.key, a.name, a.agent_id) ORDER BY c.work, c.sort_at, c.case_id), '[]') INTO rows_ FROM
      (SELECT c.* FROM cases c WHERE c.queue_id = p_queue AND p_queue = ANY ((SELECT my_queues())::int[]) AND c.work <> 'closed'
         AND (c.snoozed_until IS NULL OR c.snoozed_until <= t)
         AND (c.work, c.sort_at, c.case_id) > (p_work::work_state, p_sort, p_case) ORDER BY c.work, c.sort_at, c.case_id LIMIT lim) c
      JOIN queues q USING (queue_id) LEFT JOIN case_leases l ON l.case_id = c.case_id AND c.work = 'held' LEFT JOIN agents a ON a.agent_id = l.agent_id;
  END IF;
  RETURN json_build_object('rows', rows_, 'more', json_array_length(rows_) = lim, 'counts',
    counts_json());
END $$;
CREATE FUNCTION loket_api.rows_of(p_cases bigint[]) RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(json_agg(row_json(c, q.key, a.name, a.agent_id) ORDER BY x.n), '[]') FROM unnest(p_cases[1:500]) WITH ORDINALITY x(id, n) JOIN cases c ON c.case_id = x.id
     JOIN queues q USING (queue_id) LEFT JOIN case_leases l ON l.case_id = c.case_id AND c.work = 'held' LEFT JOIN agents a ON a.agent_id = l.agent_id
   WHERE ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[] $$;
CREATE FUNCTION loket_api.case_by_number(p_case_no text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT case_id FROM cases WHERE case_no = upper(p_case_no) AND ARRAY[queue_id, firm_queue] && (SELECT my_queues())::int[] $$;

CREATE FUNCTION clocks_json(p_case bigint) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(to_jsonb(d) - 'case_id' || '{"pauses":[]}' ORDER BY (d.outcome IS NOT NULL), d.due_at, d.key, d.run), '[]') FROM deadlines d WHERE d.case_id = p_case $$;
-- the form that the case is asked, in its version; null when it has none
CREATE FUNCTION form_of(p_process text, p_version int) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('form', f.form, 'version', f.version, 'body', f.body) FROM processes p JOIN forms f USING (form) WHERE p.process = p_process AND f.version = p_version);
END $$;
CREATE FUNCTION facts_json(c cases) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('process', c.process, 'state', c.state, 'received_at', c.received_at, 'facts', c.facts, 'clocks', clocks_json(c.case_id))
     || CASE WHEN c.form_version IS NULL THEN '{}' ELSE jsonb_build_object('form', form_of(c.process, c.form_version)) END $$;
CREATE FUNCTION address_json(k connections) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('ean', k.ean, 'product', k.product, 'street', k.street,
     'house_number', coalesce(k.house_number::text, '') || k.house_letter || CASE WHEN k.house_suffix <> '' THEN '-' || k.house_suffix ELSE '' END,
     'postcode', k.postcode, 'city', k.city, 'grid_operator', coalesce((SELECT name FROM parties WHERE gln = k.grid_operator_gln), k.grid_operator_gln),
     'grid_area', k.grid_area, 'allocation_method', k.allocation_method,
     'meters', (SELECT coalesce(jsonb_agg(jsonb_build_object('meter_number', meter_number, 'meter_type', meter_type, 'smart_admin', smart_admin) ORDER BY meter_number), '[]') FROM meters WHERE ean = k.ean),
     'contracts', (SELECT coalesce(jsonb_agg(x.j), '[]') FROM (SELECT jsonb_build_object('side', t.side, 'party', p.name, 'valid_from', nullif(t.valid_from, '-infinity'), 'valid_to', t.valid_to) AS j
        FROM contracts t JOIN parties p ON p.gln = t.party_gln WHERE t.ean = k.ean ORDER BY t.valid_from DESC, t.side LIMIT 8) x)) $$;
-- masked here and not by trust in the client; a protected person is a reference and nothing else
CREATE FUNCTION customer_json(u customers) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT CASE WHEN u.protected THEN jsonb_build_object('customer_ref', u.customer_ref, 'name', '', 'kind', u.kind, 'phone', '', 'email', '', 'language', u.language, 'protected', true)
   ELSE jsonb_build_object('customer_ref', u.customer_ref, 'name', CASE WHEN u.kind = 'business' THEN u.organisation_name ELSE btrim(u.first_name || ' ' || u.last_name) END,
     'kind', u.kind, 'phone', CASE WHEN u.phone = '' THEN '' ELSE '***' || right(u.phone, 2) END,
     'email', CASE WHEN u.email = '' THEN '' ELSE left(u.email, 1) || '***@' || split_part(u.email, '@', 2) END, 'language', u.language, 'protected', false,
     'postcode', u.postcode, 'house_number', CASE WHEN u.house_number IS NULL THEN '' ELSE u.house_number || u.house_letter || CASE WHEN u.house_suffix <> '' THEN '-' || u.house_suffix ELSE '' END END) END $$;
CREATE FUNCTION party_json(p_gln text) RETURNS jsonb LANGUAGE sql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('gln', p.gln, 'name', p.name, 'role', p.role, 'contacts', (SELECT coalesce(jsonb_agg(jsonb_build_object('contact_id', contact_id, 'name', name, 'email', email, 'phone', phone) ORDER BY name), '[]')
     FROM contacts WHERE gln = p.gln AND contact_group = contact_group_of() AND valid_from <= local_day(p.country) AND (valid_to IS NULL OR valid_to >= local_day(p.country))))
   FROM parties p WHERE p.gln = p_gln $$;
CREATE FUNCTION related_json(p_ids bigint[]) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', case_id, 'case_no', case_no, 'process', process, 'state', state, 'received_at', received_at) ORDER BY received_at DESC, case_id DESC), '[]')
   FROM cases WHERE case_id = ANY (p_ids) AND ARRAY[queue_id, firm_queue] && (SELECT my_queues())::int[] $$;
CREATE FUNCTION messages_json(p_case bigint) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(m ORDER BY (m ->> 'outbox_id')::bigint DESC), '[]') FROM
   (SELECT jsonb_build_object('outbox_id', outbox_id, 'kind', kind, 'status', CASE WHEN dead_at IS NULL THEN 'queued' ELSE 'dead' END, 'created_at', legal_at, 'sent_at', NULL, 'error', last_error) m
      FROM (SELECT * FROM outbox WHERE case_id = p_case ORDER BY outbox_id DESC LIMIT 50) o
    UNION ALL SELECT jsonb_build_object('outbox_id', outbox_id, 'kind', kind, 'status', CASE WHEN is_overtaken THEN 'overtaken' ELSE 'sent' END, 'created_at', legal_at, 'sent_at', sent_at, 'error', NULL)
      FROM (SELECT * FROM outbox_sent WHERE case_id = p_case ORDER BY outbox_id DESC LIMIT 50) s) x $$;
CREATE FUNCTION texts_json(p_case bigint) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_object_agg(text_id, body), '{}') FROM (SELECT text_id, body FROM texts WHERE case_id = p_case AND body IS NOT NULL ORDER BY created_at DESC LIMIT 200) t $$;

-- What customers gave about themselves is masked as in their card, by the field; of a protected person
-- nothing of it is shown, nor whom a notification names. `unmask` shows it, the worker has it for its letters.
CREATE FUNCTION is_personal(p_field text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT p_field ~ '(^|[_.])(phone|email|personal_no|fnr|d_number)$' $$;
CREATE FUNCTION is_contact_address(p_field text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT p_field ~ '(^|[.])contact_(postcode|house_number)$' $$;
CREATE FUNCTION is_of_people(p_field text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT p_field ~ '^((owner|payer|found)_|plant_(address|postcode|city)$)' $$;
CREATE FUNCTION shown_text(p_field text, p_body text, p_protected bool) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_protected AND (is_personal(p_field) OR is_contact_address(p_field) OR is_of_people(p_field)) OR p_field ~ '(personal_no|fnr|d_number)$' THEN '***' WHEN NOT is_personal(p_field) THEN p_body
     WHEN p_field ~ 'phone$' THEN '***' || right(p_body, 2) ELSE left(p_body, 1) || '***@' || split_part(p_body, '@', 2) END $$;
CREATE FUNCTION texts_shown(c cases) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_object_agg(text_id, shown_text(field, body, (SELECT is_hidden(c)))), '{}')
   FROM (SELECT text_id, field, body FROM texts WHERE case_id = c.case_id AND body IS NOT NULL ORDER BY created_at DESC LIMIT 200) t $$;

-- What passes between installer and grid company: the installer's own steps and what is said to it. What
-- agents note for each other is theirs.
CREATE FUNCTION is_between(p_kind text) RETURNS bool LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT p_kind IN ('opened', 'return_incomplete', 'approve', 'reject', 'energised', 'permit_expired', 'answer_overdue', 'remind_installer') OR EXISTS (SELECT 1 FROM process_transitions WHERE process = 'notification' AND action = p_kind AND by_who = 'installer') $$;
CREATE FUNCTION texts_between(p_case bigint) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_object_agg(t.text_id, t.body), '{}') FROM (SELECT DISTINCT x.value ->> 'text' AS id FROM case_events e, jsonb_each(e.body -> 'change' -> 'answers') x
     WHERE e.case_id = p_case AND is_between(e.kind) AND e.kind <> 'approve' AND jsonb_typeof(x.value) = 'object') said JOIN texts t ON t.text_id = said.id::uuid AND t.case_id = p_case WHERE t.body IS NOT NULL AND NOT t.withdrawn $$;

-- Where a protected person has the plant is told beside the texts no more than in them.
CREATE FUNCTION place_shown(c cases, p_card jsonb) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT CASE WHEN is_installers(c.process) AND is_hidden(c) THEN p_card || '{"street":"***","house_number":"***","postcode":"***","city":"***"}' ELSE p_card END $$;

CREATE FUNCTION loket_api.case_detail(p_case bigint) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE; firm_ int := my_firm_queue();
BEGIN
  SELECT * INTO c FROM cases WHERE case_id = p_case AND ARRAY[queue_id, firm_queue] && (SELECT my_queues())::int[];
  IF NOT FOUND THEN PERFORM refuse('case_not_found'); END IF;
  RETURN jsonb_build_object('row', row_json(c), 'facts', facts_json(c),
    'lease', (SELECT lease_json(l) FROM case_leases l WHERE case_id = p_case AND agent_id = me()),
    'held_by_shell', EXISTS (SELECT 1 FROM case_leases l JOIN agent_sessions s USING (session_id) WHERE l.case_id = p_case AND l.agent_id = me() AND s.detached),
    'customer', (SELECT customer_json(u) FROM customers u WHERE u.customer_ref = c.customer_ref AND firm_ IS NULL),
    'connection', (SELECT CASE WHEN firm_ IS NULL THEN place_shown(c, address_json(k)) ELSE address_json(k) || '{"contracts":[]}' END FROM connections k WHERE k.ean = c.ean), 'party', party_json(c.party_gln),
    'related', related_json(ARRAY(SELECT case_id FROM cases WHERE ean = c.ean AND case_id <> p_case ORDER BY received_at DESC LIMIT 10)),
    'siblings', related_json(ARRAY(SELECT k.case_id FROM cases k WHERE k.customer_ref = c.customer_ref AND k.queue_id = c.queue_id AND k.case_id <> p_case ORDER BY k.received_at DESC LIMIT 10)),
    'linked', related_json(ARRAY(SELECT to_case FROM case_links WHERE from_case = p_case UNION SELECT from_case FROM case_links WHERE to_case = p_case)),
    'texts', CASE WHEN firm_ IS NULL THEN texts_shown(c) ELSE texts_between(p_case) END, 'messages', messages_json(p_case),
    'documents', (SELECT coalesce(jsonb_agg(to_jsonb(d) - 'bytes' - 'case_id' ORDER BY d.added_at DESC), '[]') FROM
       (SELECT document_id, name, kind, purpose, size, sha256, added_at, erased_at FROM documents WHERE case_id = p_case AND firm_ IS NULL ORDER BY added_at DESC LIMIT 50) d),
    'handover', (SELECT body FROM texts WHERE text_id = c.handover AND firm_ IS NULL), 'drafts', drafts_of(p_case), 'undo', undo_json(c), 'promises', promises_json(p_case), 'slot', slot_json(p_case), 'payments', payments_json(p_case),
    'finding', CASE WHEN firm_ IS NULL AND c.process = 'wash' THEN finding_json(p_case) END);
END $$;

-- what an event of the desk itself tells, as answers: its line, and why a case was passed over or came back
CREATE FUNCTION said_beside(p_kind text, p_body jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT jsonb_strip_nulls(jsonb_build_object('line', p_body -> 'line', 'skip_reason', CASE WHEN p_kind = 'skipped' THEN p_body -> 'reason' END,
     'skips', CASE WHEN p_kind = 'skipped' THEN p_body -> 'count' END, 'returned', CASE WHEN p_kind = 'lease_returned' THEN p_body -> 'why' END,
     'unmask_purpose', CASE WHEN p_kind = 'unmasked' THEN p_body -> 'purpose' END,
     'look_purpose', CASE WHEN p_kind IN ('consumption_seen', 'consumption_exported') THEN p_body -> 'purpose' END)) $$;
CREATE FUNCTION loket_api.timeline(p_case bigint, p_before int, p_limit int) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('seq', e.seq, 'at', e.legal_at, 'kind', e.kind, 'agent', CASE WHEN a.role = 'worker' THEN NULL ELSE a.name END,
       'agent_id', CASE WHEN a.role = 'worker' THEN NULL ELSE a.agent_id END,
       'from', nullif(e.body -> 'change' ->> 'from', ''), 'to', e.body -> 'change' ->> 'to',
       'takes_back', CASE WHEN e.kind = 'taken_back' THEN e.body END,
       'answers', coalesce(e.body -> 'change' -> 'answers', said_beside(e.kind, e.body)), 'cleared', coalesce(e.body -> 'change' -> 'clears', '[]'),
       'moves', (SELECT coalesce(jsonb_agg(jsonb_build_object('clock', o ->> 'key', 'was_due_at', o -> 'was_due_at', 'due_at', o -> 'due_at', 'late_by_retriage', o -> 'late_by_retriage') ORDER BY n), '[]')
         FROM jsonb_array_elements(e.body -> 'change' -> 'clocks') WITH ORDINALITY q(o, n) WHERE o ->> 'op' = 'move')) ORDER BY e.seq DESC), '[]')
   FROM (SELECT * FROM case_events WHERE case_id = p_case AND EXISTS (SELECT 1 FROM cases c WHERE c.case_id = p_case AND ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[]) AND seq < coalesce(p_before, 2147483647)
      AND (my_firm_queue() IS NULL OR is_between(CASE kind WHEN 'taken_back' THEN body ->> 'action' ELSE kind END)) ORDER BY seq DESC LIMIT least(greatest(p_limit, 1), 500)) e
   LEFT JOIN agents a USING (agent_id) $$;

CREATE FUNCTION loket_api.colleagues() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ WITH there AS MATERIALIZED (SELECT DISTINCT s.agent_id FROM agent_sessions s JOIN pg_stat_activity x ON x.pid = s.backend_pid AND x.backend_start = s.backend_start
       WHERE s.lost_at IS NULL AND NOT s.detached AND s.expires_at > clock_timestamp())   -- a killed console is not there, before anybody sweeps
   SELECT coalesce(jsonb_agg(jsonb_build_object('agent_id', a.agent_id, 'name', a.name, 'role', a.role,
     'online', a.agent_id IN (SELECT t.agent_id FROM there t),
     'held', (SELECT count(*) FROM case_leases l WHERE l.agent_id = a.agent_id)) ORDER BY a.name), '[]')
   FROM agents a WHERE a.disabled_at IS NULL AND a.role IN ('agent', 'lead') AND EXISTS (SELECT 1 FROM agent_queues q WHERE q.agent_id = a.agent_id AND q.queue_id = ANY ((SELECT my_queues())::int[])) $$;
-- what a new case's form looks up before it is sent
CREATE FUNCTION loket_api.look_up(p_ean text, p_gln text) RETURNS jsonb LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('connection', (SELECT address_json(k) FROM connections k WHERE k.ean = p_ean AND me() IS NOT NULL), 'party', CASE WHEN me() IS NOT NULL THEN party_json(p_gln) END,
     'customer_ref', (SELECT t.customer_ref FROM contracts t WHERE t.ean = p_ean AND t.side = 'grid' AND (t.valid_to IS NULL OR t.valid_to >= local_day('NL')) AND me() IS NOT NULL ORDER BY t.valid_from DESC LIMIT 1)) $$;
CREATE FUNCTION loket_api.parties_like(p_text text, p_limit int) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('gln', gln, 'name', name, 'role', role) ORDER BY name), '[]') FROM
   (SELECT gln, name, role FROM parties WHERE me() IS NOT NULL AND role IN ('supplier', 'service_provider') AND (gln LIKE p_text || '%' OR name ILIKE '%' || p_text || '%') ORDER BY name LIMIT least(p_limit, 50)) p $$;

-- ---------------------------------------------------------------- feed
-- Rows become visible in commit order, numbers are given earlier: the cursor is (xid, id) below the
-- oldest transaction that still runs. `id > last` loses events.
-- whether a worker leads: it holds this lock (tick_lead), and tells consoles that there is news
CREATE FUNCTION is_ticking() RETURNS bool LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND l.classid = 4242 AND l.objid = 10 AND l.granted AND d.datname = current_database()) $$;
CREATE FUNCTION loket_api.pulse(p_session uuid, p_epoch uuid, p_timeline int, p_xid text, p_id bigint, p_here jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent(); e uuid; ev jsonb := '[]'; low xid8 := pg_snapshot_xmin(pg_current_snapshot()); alive bool; t timestamptz := clock_timestamp(); last jsonb; resync bool;
  at_ bigint; is_writing bool := coalesce((p_here ->> 'writing')::bool, false); firm_ int := my_firm_queue();
BEGIN
  PERFORM check_here(p_here);
  -- one is at a case that one may see, or at none
  SELECT case_id INTO at_ FROM cases WHERE case_id = (p_here ->> 'at')::bigint AND ARRAY[queue_id, firm_queue] && (SELECT my_queues())::int[];
  is_writing := is_writing AND at_ IS NOT NULL;
  SELECT epoch INTO e FROM settings;
  SELECT heartbeat_at > t - interval '10 s' AND lost_at IS NULL AND backend_pid = pg_backend_pid()
      AND (at_case, writing) IS NOT DISTINCT FROM (at_, is_writing) INTO alive FROM agent_sessions
    WHERE session_id = p_session AND agent_id = a AND timeline = timeline();
  IF alive IS FALSE THEN
    PERFORM session_back(p_session, a);
    -- bound to the present backend: a pool may have taken another connection
    UPDATE agent_sessions SET heartbeat_at = t, expires_at = t + CASE WHEN detached THEN interval '30 min' ELSE interval '90 s' END, lost_at = NULL, backend_pid = pg_backend_pid(),
        was_case = CASE WHEN at_case IS DISTINCT FROM at_ THEN at_case ELSE was_case END,
        moved_at = CASE WHEN (at_case, writing) IS DISTINCT FROM (at_, is_writing) THEN t ELSE moved_at END,
        at_case = at_, writing = is_writing,
        backend_start = (SELECT x.backend_start FROM pg_stat_activity x WHERE x.pid = pg_backend_pid())
      WHERE session_id = p_session AND agent_id = a;
  END IF;
  IF alive IS NOT NULL THEN PERFORM leases_worked(p_session, here_ids(p_here, 'worked')); END IF;   -- in one's own session only
  PERFORM board_count(t);
  resync := p_xid IS NULL OR p_epoch IS DISTINCT FROM e OR p_timeline IS DISTINCT FROM timeline();
  IF NOT resync THEN
    SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', x.case_id, 'queue_id', x.queue_id, 'kind', x.kind, 'agent', g.name, 'agent_id', g.agent_id, 'seq', x.seq, 'xid', x.xid, 'event_id', x.event_id) ORDER BY x.xid, x.event_id), '[]')
      INTO ev FROM (SELECT * FROM case_events WHERE (xid, event_id) > (p_xid::xid8, p_id) AND xid < low AND (queue_id = ANY ((SELECT my_queues())::int[])
        OR firm_ IS NOT NULL AND EXISTS (SELECT 1 FROM cases k WHERE k.case_id = case_events.case_id AND k.firm_queue = firm_)) ORDER BY xid, event_id LIMIT 500) x
      LEFT JOIN agents g ON g.agent_id = x.agent_id AND g.role <> 'worker';
  END IF;
  last := ev -> -1;
  RETURN jsonb_build_object('cursor', jsonb_build_object('epoch', e, 'timeline', timeline(),
      'xid', CASE WHEN resync OR (last IS NULL AND low::text::numeric > p_xid::numeric) THEN low::text ELSE coalesce(last ->> 'xid', p_xid) END,
      'event_id', CASE WHEN resync OR (last IS NULL AND low::text::numeric > p_xid::numeric) THEN 0 ELSE coalesce((last ->> 'event_id')::bigint, p_id) END),
    'events', ev, 'more', jsonb_array_length(ev) = 500, 'resync', resync AND p_xid IS NOT NULL,
    'leases', CASE WHEN alive IS NULL THEN NULL ELSE leases_of(p_session) END, 'legal_now', legal_now(), 'now', t,
    'presence', CASE WHEN firm_ IS NULL THEN presence_json(a, here_ids(p_here, 'see') || at_) ELSE '[]' END, 'notices', notices_json(a),
    'calendars', (SELECT count(*) FROM calendars), 'counts', counts_json(),
    'ticking', resync AND is_ticking());
END $$;

-- ---------------------------------------------------------------- search: exact first
CREATE FUNCTION hits(p_ids bigint[], p_how text, p_limit int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('row', row_json(c), 'how', p_how) ORDER BY (c.work = 'closed'), c.sort_at, c.received_at DESC), '[]') FROM
   (SELECT * FROM cases WHERE case_id = ANY (p_ids) AND ARRAY[queue_id, firm_queue] && (SELECT my_queues())::int[] LIMIT p_limit) c $$;
CREATE FUNCTION loket_api.search(p_text text, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = loket, pg_catalog, ext, pg_temp AS $$
DECLARE q text := upper(regexp_replace(btrim(p_text), '\s+', ' ', 'g')); m text[]; lim int := least(greatest(p_limit, 1), 200); r jsonb;
BEGIN
  PERFORM require_agent();
  IF q ~ '^[0-9]{18}$' THEN
    RETURN hits(ARRAY(SELECT case_id FROM cases WHERE ean = q ORDER BY received_at DESC LIMIT lim), 'ean', lim); END IF;
  IF q ~ '^[A-Z]{2}-?[0-9]{4}-?[0-9]{1,9}$' THEN
    m := regexp_match(q, '^([A-Z]{2})-?([0-9]{4})-?([0-9]{1,9})$');
    r := hits(ARRAY(SELECT case_id FROM cases WHERE case_no = m[1] || '-' || m[2] || '-' || lpad(m[3], greatest(6, length(m[3])), '0')), 'case_no', lim);
    IF r <> '[]' THEN RETURN r; END IF;               -- else it may be a customer's or a sender's reference
  END IF;
  IF q ~ '^[0-9]{1,9}$' THEN                            -- the number of a case of this year or the last
    r := hits(ARRAY(SELECT c.case_id FROM case_numbers n JOIN cases c ON c.case_no = n.prefix || '-' || n.year || '-' || lpad(q, greatest(6, length(q)), '0')
      WHERE n.year >= extract(year FROM legal_now()) - 1 ORDER BY n.year DESC, n.prefix LIMIT lim), 'case_no', lim);
    IF r <> '[]' THEN RETURN r; END IF;
  END IF;
  IF q ~ '^[0-9]{6,17}$' THEN                           -- the first digits of a metering point
    RETURN hits(ARRAY(SELECT case_id FROM cases WHERE ean LIKE q || '%' LIMIT lim), 'ean', lim); END IF;
  m := regexp_match(q, '^([1-9][0-9]{3}) ?([A-Z]{2})(?:[ ,]*([0-9]{1,5}).*)?$');
  IF m IS NOT NULL THEN
    RETURN hits(ARRAY(SELECT c.case_id FROM connections k JOIN cases c USING (ean) WHERE k.postcode = m[1] || m[2] AND (m[3] IS NULL OR k.house_number = m[3]::int)
      ORDER BY c.received_at DESC LIMIT lim), 'address', lim); END IF;
  m := p_text || ARRAY(SELECT firm_gln || '/' || p_text FROM queues WHERE firm_gln IS NOT NULL);
  r := hits(ARRAY(SELECT case_id FROM cases WHERE reference = ANY (m) UNION SELECT case_id FROM case_references WHERE reference = ANY (m) LIMIT lim), 'reference', lim);
  IF r <> '[]' THEN RETURN r; END IF;
  r := hits(ARRAY(SELECT case_id FROM cases WHERE customer_ref = q LIMIT lim), 'customer', lim);
  IF r <> '[]' THEN RETURN r; END IF;
  r := hits(ARRAY(SELECT c.case_id FROM meters t JOIN cases c USING (ean) WHERE meter_key(t.meter_number) = nullif(meter_key(q), '') LIMIT lim), 'meter', lim);
  IF r <> '[]' THEN RETURN r; END IF;
  -- fewer than three characters have no trigram: the whole index would be read
  IF length(q) < 3 THEN PERFORM refuse('search_too_short'); END IF;
  RETURN hits(ARRAY(SELECT case_id FROM case_search WHERE doc LIKE '%' || replace(replace(replace(lower(btrim(p_text)), '\', '\\'), '%', '\%'), '_', '\_') || '%'
    AND (queue_id = ANY ((SELECT my_queues())::int[]) OR firm_queue = ANY ((SELECT my_queues())::int[])) LIMIT lim), 'text', lim);
END $$;
CREATE INDEX case_references_reference ON case_references (reference);
CREATE INDEX cases_by_reference ON cases (reference) WHERE reference IS NOT NULL;
CREATE INDEX parties_name ON parties (name);
