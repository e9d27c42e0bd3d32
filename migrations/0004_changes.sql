-- Changes of cases: open, apply, attach. Everything a change does commits together or not at all.
SET LOCAL search_path = loket, pg_catalog, ext;

CREATE FUNCTION unique_key_of(p_by text[], p_change jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT nullif(string_agg(v, '|' ORDER BY n), repeat('|', cardinality(p_by) - 1))   -- as long as nothing of it is known there is none
   FROM (SELECT coalesce(p_change -> 'answers' ->> k, p_change -> 'facts' ->> k, '') AS v, n FROM unnest(p_by) WITH ORDINALITY x(k, n)) y $$;

-- The references of installers are those of their company, whatever others call theirs: they are kept
-- behind its number, and people are shown what the company wrote.
CREATE FUNCTION own_reference(p_process text, p_party text, p_reference text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_process = 'notification' THEN coalesce(p_party, '') || '/' || p_reference ELSE p_reference END $$;
CREATE FUNCTION said_reference(c cases) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN c.process = 'notification' THEN substr(c.reference, strpos(c.reference, '/') + 1) ELSE c.reference END $$;

CREATE FUNCTION is_installers(p_process text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT p_process = 'notification' $$;

-- Whether a protected person has a contract there: then nothing tells the address (decision 21).
CREATE FUNCTION is_hidden_at(p_ean text) RETURNS bool LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM contracts x JOIN customers u USING (customer_ref) WHERE x.ean = p_ean AND u.protected) $$;
-- Whether a case is of a protected person: its customer; of the data wash whoever its finding is about; of a notification who has a contract at the
-- plant, or whoever it names as owner or payer by number.
CREATE FUNCTION is_hidden(c cases) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF c.customer_ref IS NOT NULL AND (SELECT protected FROM customers WHERE customer_ref = c.customer_ref) THEN RETURN true; END IF;
  IF c.process = 'wash' THEN RETURN wash_hidden(c.case_id); END IF;
  RETURN is_installers(c.process) AND (is_hidden_at(c.ean) OR EXISTS (SELECT 1 FROM texts t JOIN customers u ON number_digits(u.identifier) = number_digits(t.body)
    WHERE t.text_id IN ((c.facts -> 'owner_personal_no' ->> 'text')::uuid, (c.facts -> 'payer_personal_no' ->> 'text')::uuid) AND u.protected AND u.identifier <> ''));
END $$;
CREATE FUNCTION is_hidden_notification(c cases) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT CASE WHEN is_installers(c.process) THEN is_hidden(c) ELSE false END $$;
-- the ten digits that a Swedish number has in every spelling
CREATE FUNCTION number_digits(p_number text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT right(regexp_replace(p_number, '[^0-9]', '', 'g'), 10) $$;
CREATE INDEX customers_protected ON customers (number_digits(identifier)) WHERE protected AND identifier <> '';

-- text of the free search: never the name of a protected person
CREATE FUNCTION search_doc(p_case bigint) RETURNS text LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT lower(concat_ws(' ', c.case_no, c.subject, said_reference(c),
     CASE WHEN NOT coalesce(u.protected, true) THEN concat_ws(' ', u.first_name, u.last_name, u.organisation_name) END,
     CASE WHEN NOT is_hidden_notification(c) THEN concat_ws(' ', k.street, k.city) END, (SELECT string_agg(body, ' ') FROM texts t WHERE t.case_id = c.case_id AND t.field IN ('summary', 'findings') AND NOT t.withdrawn AND NOT coalesce(u.protected, false))))
   FROM cases c LEFT JOIN customers u ON u.customer_ref = c.customer_ref LEFT JOIN connections k ON k.ean = c.ean WHERE c.case_id = p_case $$;

CREATE FUNCTION check_registers(p_ean text, p_party text, p_customer text) RETURNS void LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF p_ean IS NOT NULL AND NOT EXISTS (SELECT 1 FROM connections WHERE ean = p_ean) THEN
    PERFORM refuse('unknown_ean', '', jsonb_build_object('ean', p_ean)); END IF;
  IF p_party IS NOT NULL AND NOT EXISTS (SELECT 1 FROM parties WHERE gln = p_party) THEN
    PERFORM refuse('unknown_party', '', jsonb_build_object('party', p_party)); END IF;
  IF p_customer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers WHERE customer_ref = p_customer) THEN
    PERFORM refuse('unknown_customer', '', jsonb_build_object('customer', p_customer)); END IF;
END $$;

-- What is copied out of the facts into columns follows them: a case may learn of its connection and its
-- customer later than it is opened.
CREATE FUNCTION columns_follow(p_case cases, p_change jsonb) RETURNS cases LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := p_case; k text;
BEGIN
  IF p_change -> 'facts' = '{}' AND clears_of(p_change) = '{}' THEN RETURN c; END IF;
  c.ean := c.facts ->> 'ean'; c.party_gln := c.facts ->> 'party_gln'; c.customer_ref := c.facts ->> 'customer_ref';
  IF c.party_gln IS DISTINCT FROM p_case.party_gln OR c.customer_ref IS DISTINCT FROM p_case.customer_ref THEN PERFORM check_registers(NULL, c.party_gln, c.customer_ref); END IF;
  SELECT unique_key_of(unique_by, jsonb_build_object('answers', '{}'::jsonb, 'facts', c.facts)) INTO k FROM processes WHERE process = c.process;
  IF k IS DISTINCT FROM c.unique_key THEN
    IF EXISTS (SELECT 1 FROM cases x WHERE x.process = c.process AND x.unique_key = k AND x.work <> 'closed' AND x.case_id <> c.case_id) THEN PERFORM refuse('twin_open'); END IF;
    c.unique_key := k;
  END IF;
  RETURN c;
END $$;

-- The case on the same subject that is still open, if there is one.
CREATE FUNCTION open_twin(p_change jsonb) RETURNS bigint LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT c.case_id FROM processes p JOIN cases c ON c.process = p.process AND c.unique_key = unique_key_of(p.unique_by, p_change) AND c.work <> 'closed'
   WHERE p.process = p_change ->> 'process' $$;

-- A line that asks a form takes the fields of the version that the case has, and sets the facts of
-- these names (TLM-10).
CREATE FUNCTION with_form(p_line process_transitions, p_version int) RETURNS process_transitions LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE l process_transitions%ROWTYPE := p_line; asked jsonb;
BEGIN
  IF l.form IS NULL THEN RETURN l; END IF;
  SELECT jsonb_agg(jsonb_build_object('key', l.form || '.' || (x ->> 'key'), 'kind', x ->> 'type', 'required', coalesce((x ->> 'required')::bool, false),
      'choices', jsonb_path_query_array(x, '$.choices[*].key'), 'min', x -> 'min', 'max', x -> 'max'))
    INTO asked FROM forms f, jsonb_array_elements(f.body -> 'fields') x WHERE f.form = l.form AND f.version = p_version;
  IF asked IS NULL THEN PERFORM refuse('form_missing', 'TLM-10', jsonb_build_object('form', l.form)); END IF;
  l.fields := l.fields || asked;
  l.sets := l.sets || ARRAY(SELECT x ->> 'key' FROM jsonb_array_elements(asked) x);
  l.clears := l.clears || ARRAY(SELECT x ->> 'key' FROM jsonb_array_elements(asked) x WHERE NOT (x ->> 'required')::bool);
  RETURN l;
END $$;

-- Notifications of installers. Which states are the installer's alone (ELS-29): the case waits in the
-- queue of the company, which nobody of the grid company has, so that no function shows it to them.
CREATE FUNCTION is_unsent(p_state text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT p_state IN ('unsent', 'closed_deleted') $$;
CREATE FUNCTION queue_for(p processes, p_state text, p_firm int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN is_unsent(p_state) THEN p_firm ELSE p.queue_id END $$;
-- made when it is needed first: a company may send by file before anybody of it logs in
CREATE FUNCTION firm_queue_of(p_gln text) RETURNS int LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM queues WHERE firm_gln = p_gln) THEN
    INSERT INTO queues (key, firm_gln) VALUES ('firm_' || p_gln, p_gln) ON CONFLICT DO NOTHING;
  END IF;
  RETURN (SELECT queue_id FROM queues WHERE firm_gln = p_gln);
END $$;
-- a state that both see is one of the grid company's queue; it never goes back from there
CREATE FUNCTION sent_on(p_case cases) RETURNS cases LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE := p_case; was int := p_case.queue_id;
BEGIN
  IF c.queue_id <> c.firm_queue THEN RETURN c; END IF;   -- a lead may have moved it since
  SELECT queue_for(p, c.state, c.firm_queue) INTO c.queue_id FROM processes p WHERE p.process = c.process;
  IF c.queue_id <> was THEN UPDATE case_search SET queue_id = c.queue_id WHERE case_id = c.case_id; END IF;
  RETURN c;
END $$;

-- What the registers and other cases say of an opening; under a lock of the party, so that two at once
-- cannot both be the first.
CREATE FUNCTION check_opening(p_process text, p_party text, p_facts jsonb) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF p_process NOT IN ('sharing', 'repeat_offender') THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(4248, hashtext(p_process || coalesce(p_party, '')));
  IF p_process = 'sharing' THEN PERFORM contract_check(p_party); END IF;
  IF p_process = 'repeat_offender' THEN
    IF my_role() NOT IN ('lead', 'admin', 'worker') THEN PERFORM refuse('leads_only', 'GT-17'); END IF;
  END IF;
END $$;
-- One such case about a party, whatever brings it about: opening, reopening, taking back a close (GT-17).
CREATE FUNCTION offender_alone() RETURNS trigger LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(4248, hashtext('repeat_offender' || coalesce(NEW.party_gln, '')));
  IF EXISTS (SELECT 1 FROM cases c WHERE c.party_gln = NEW.party_gln AND c.process = 'repeat_offender' AND c.work <> 'closed' AND c.case_id <> NEW.case_id) THEN
    PERFORM refuse('offender_open', 'GT-17'); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER offender_alone BEFORE INSERT ON cases FOR EACH ROW WHEN (NEW.process = 'repeat_offender' AND NEW.work <> 'closed') EXECUTE FUNCTION offender_alone();
CREATE TRIGGER offender_alone_again BEFORE UPDATE ON cases FOR EACH ROW
  WHEN (NEW.process = 'repeat_offender' AND NEW.work <> 'closed' AND (OLD.work = 'closed' OR OLD.party_gln IS DISTINCT FROM NEW.party_gln)) EXECUTE FUNCTION offender_alone();
-- customers share with who has an approved contract, from the day on which it begins, and with nobody after its end
CREATE FUNCTION contract_check(p_party text) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE begins date := (SELECT min((c.facts ->> 'start_date')::date) FROM cases c WHERE c.party_gln = p_party AND c.process = 'contract' AND c.work <> 'closed' AND c.state = 'active');
BEGIN
  IF begins IS NULL THEN PERFORM refuse('no_contract_in_force', 'FLU-06'); END IF;
  IF begins > local_day('BE') THEN PERFORM refuse('contract_not_begun', 'FLU-18', jsonb_build_object('begins', begins)); END IF;
END $$;
-- One contract for each organisation (FLU-07), whatever brings one about: opening, a number that becomes known, approval, reopening, taking
-- back an end. Under a lock of the organisation, so that of two in the same moment one is the first. And one in force for each provider,
-- whatever its numbers: a mandate names the provider, and must end with the contract.
CREATE FUNCTION contract_alone() RETURNS trigger LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE k text := NEW.facts ->> 'company_number';
BEGIN
  PERFORM pg_advisory_xact_lock(4248, hashtext('contract' || NEW.party_gln));
  PERFORM pg_advisory_xact_lock(4248, hashtext('contract' || coalesce(k, NEW.party_gln)));
  IF EXISTS (SELECT 1 FROM cases c WHERE c.party_gln = NEW.party_gln AND c.process = 'contract' AND c.work <> 'closed' AND c.case_id <> NEW.case_id
      AND (c.facts ->> 'company_number') IS NOT DISTINCT FROM k) THEN
    PERFORM refuse('contract_exists', 'FLU-07'); END IF;
  IF NEW.state = 'active' AND EXISTS (SELECT 1 FROM cases c WHERE c.process = 'contract' AND c.work <> 'closed' AND c.state = 'active' AND c.case_id <> NEW.case_id
      AND c.facts ->> 'company_number' = k) THEN
    PERFORM refuse('contract_elsewhere', 'FLU-07'); END IF;
  IF NEW.state = 'active' AND EXISTS (SELECT 1 FROM cases c WHERE c.party_gln = NEW.party_gln AND c.process = 'contract' AND c.work <> 'closed' AND c.state = 'active' AND c.case_id <> NEW.case_id) THEN
    PERFORM refuse('contract_beside', 'FLU-07'); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER contract_alone BEFORE INSERT OR UPDATE ON cases FOR EACH ROW WHEN (NEW.process = 'contract' AND NEW.work <> 'closed') EXECUTE FUNCTION contract_alone();
-- What a list says a case is about. A notification: where, what its company calls it, and the company; no
-- address at which a protected person has a contract. A request for a meter: the customer, who is a reference
-- and nothing else when protected (decision 21). All others: the party.
CREATE FUNCTION subject_of(c cases) RETURNS text LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(CASE
     WHEN is_installers(c.process) THEN concat_ws(', ',
       (SELECT concat_ws(' ', k.street, nullif(coalesce(k.house_number::text, '') || k.house_letter, '')) FROM connections k WHERE k.ean = c.ean AND NOT is_hidden(c)),
       said_reference(c), (SELECT name FROM parties WHERE gln = c.party_gln))
     WHEN c.process IN ('prio', 'tlm') THEN (SELECT CASE WHEN u.protected THEN u.customer_ref WHEN u.kind = 'business' THEN u.organisation_name
       ELSE btrim(concat_ws(' ', u.first_name, u.last_name)) END FROM customers u WHERE u.customer_ref = c.customer_ref)
     ELSE (SELECT name FROM parties WHERE gln = c.party_gln) END, '') $$;

CREATE FUNCTION case_insert(p_change jsonb, p_reference text, p_agent int, p_session uuid, p_cmd uuid) RETURNS cases
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE p processes%ROWTYPE; l process_transitions%ROWTYPE; c cases%ROWTYPE; n timestamptz := legal_now();
  v_facts jsonb := p_change -> 'facts'; v_received timestamptz := (p_change ->> 'received_at')::timestamptz;
  v_ean text := coalesce(v_facts ->> 'ean', p_change -> 'answers' ->> 'ean'); v_party text := coalesce(v_facts ->> 'party_gln', p_change -> 'answers' ->> 'party_gln');
  v_customer text := coalesce(v_facts ->> 'customer_ref', p_change -> 'answers' ->> 'customer_ref'); v_firm int; v_queue int;
BEGIN
  SELECT * INTO p FROM processes WHERE process = p_change ->> 'process';
  v_queue := p.queue_id;
  SELECT * INTO l FROM process_transitions WHERE process = p.process AND action = 'open' AND from_state = '' AND to_state = p_change ->> 'to';
  IF l.process IS NULL OR p_change ->> 'action' <> 'open' THEN PERFORM refuse('not_in_table', '', jsonb_build_object('what', 'open', 'given', p_change ->> 'to')); END IF;
  PERFORM check_at((p_change ->> 'at')::timestamptz);
  IF v_received IS NULL OR v_received > n + interval '5 min' THEN PERFORM refuse('received_in_future'); END IF;
  IF is_installers(p.process) THEN
    IF NOT EXISTS (SELECT 1 FROM parties WHERE gln = v_party AND role = 'installer') THEN PERFORM refuse('not_an_installer', 'ELS-01'); END IF;
    v_firm := firm_queue_of(v_party);
    v_queue := queue_for(p, p_change ->> 'to', v_firm);
  END IF;
  -- an import brings in what the importer does not see afterwards (ELS-29)
  IF NOT my_queues() && ARRAY[v_queue, v_firm] AND NOT (p_session IS NULL AND my_role() = 'admin') THEN PERFORM refuse('queue_not_yours'); END IF;
  PERFORM referee(p_change, l);
  -- whose grid the connection of a request is, is found out by its checks (PRIO-27, TLM-17)
  PERFORM check_registers(CASE WHEN p.process NOT IN ('prio', 'tlm') THEN v_ean END, v_party, v_customer);
  PERFORM check_people(v_party, p_change);
  PERFORM check_opening(p.process, v_party, v_facts);
  INSERT INTO cases (case_no, queue_id, process, state, work, facts, received_at, opened_at, closed_at, subject, ean, party_gln, customer_ref, reference, unique_key, firm_queue, form_version)
  VALUES (next_case_no(p.prefix, extract(year FROM n AT TIME ZONE zone_of(p.country))::int), v_queue, p.process, p_change ->> 'to', state_work(p.process, p_change ->> 'to'), v_facts,
    v_received, n, CASE WHEN state_work(p.process, p_change ->> 'to') = 'closed' THEN n END,
    '', v_ean, v_party, v_customer, p_reference, unique_key_of(p.unique_by, p_change), v_firm,
    (SELECT f.version FROM forms f WHERE f.form = p.form AND f.valid_from <= v_received ORDER BY f.valid_from DESC LIMIT 1))
  RETURNING * INTO c;
  PERFORM change_rows(c.case_id, p_change, v_facts, n);
  c.subject := subject_of(c);   -- by now the numbers of people are there, and with them whom nothing names
  PERFORM slot_apply(c, p_change);
  c := case_write(with_nearest_clock(c), 'opened', p_agent, p_session, p_cmd, jsonb_strip_nulls(jsonb_build_object('reference', p_reference)) || jsonb_build_object('change', without_bodies(p_change)), n);
  PERFORM signal_note(c, p_change);
  INSERT INTO case_search (case_id, queue_id, doc, firm_queue) VALUES (c.case_id, c.queue_id, search_doc(c.case_id), c.firm_queue);
  RETURN c;
END $$;

-- whoever changes a case sits somewhere: agents and leads in a session of their own; imports and the
-- worker need none
CREATE FUNCTION require_seat(p_session uuid, p_agent int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF p_session IS NOT NULL OR my_role() NOT IN ('worker', 'admin') THEN PERFORM require_session(p_session, p_agent); END IF;
END $$;

-- Whether the caller may open such a case: asked before anything is told of other cases.
CREATE FUNCTION check_opens(p_process text, p_party text) RETURNS void LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE q int := (SELECT queue_id FROM processes WHERE process = p_process);
BEGIN
  IF q IS NOT NULL AND NOT own_queues() && ARRAY[q, CASE WHEN is_installers(p_process) THEN (SELECT queue_id FROM queues WHERE firm_gln = p_party) END] THEN
    PERFORM refuse('queue_not_yours'); END IF;
END $$;
-- The case that is there already, for a caller who sees it: what a company has not sent is told to
-- nobody else, not even that it is there (ELS-29). Administrators import: what came before is known.
CREATE FUNCTION already(p_case bigint, p_result text) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE c cases%ROWTYPE;
BEGIN
  SELECT * INTO c FROM cases WHERE case_id = p_case;
  IF is_installers(c.process) AND NOT own_queues() && ARRAY[c.queue_id, c.firm_queue] AND my_role() <> 'admin' THEN PERFORM refuse('queue_not_yours'); END IF;
  RETURN jsonb_build_object('result', p_result, 'case_id', c.case_id, 'case_no', c.case_no);
END $$;

-- Opens a case. The same reference again is the same case; an open case on the same subject is named
-- instead (`twin`), so that the caller attaches the signal to it by the action of the process.
CREATE FUNCTION loket_api.case_open(p_cmd uuid, p_session uuid, p_change jsonb, p_reference text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin', 'worker', 'installer'); r jsonb; c cases%ROWTYPE; i bigint;
  v_party text := coalesce(p_change -> 'facts' ->> 'party_gln', p_change -> 'answers' ->> 'party_gln'); v_reference text := own_reference(p_change ->> 'process', v_party, p_reference);
BEGIN
  r := command_begin(p_cmd, a, 'case_open', concat_ws(' ', p_reference, said(p_change))); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_seat(p_session, a);
  PERFORM check_opens(p_change ->> 'process', v_party);
  SELECT x INTO i FROM (SELECT case_id AS x FROM cases WHERE process = p_change ->> 'process' AND reference = v_reference
    UNION ALL SELECT case_id FROM case_references WHERE process = p_change ->> 'process' AND reference = v_reference) q LIMIT 1;
  IF i IS NOT NULL THEN
    DELETE FROM commands WHERE cmd_id = p_cmd;
    RETURN already(i, 'known');
  END IF;
  i := open_twin(p_change);
  IF i IS NOT NULL THEN
    DELETE FROM commands WHERE cmd_id = p_cmd;
    RETURN already(i, 'attached');
  END IF;
  c := case_insert(p_change, v_reference, a, p_session, p_cmd);
  RETURN command_end(p_cmd, jsonb_build_object('result', 'new', 'case_id', c.case_id, 'case_no', c.case_no));
END $$;

-- may this agent take this line of the table now?
CREATE FUNCTION check_actor(p_line process_transitions, p_case cases, p_agent int, p_session uuid, p_fence bigint) RETURNS void
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE role_ text := my_role();
BEGIN
  IF p_line.by_who = 'timer' THEN
    PERFORM require_role('worker', 'admin');
    IF NOT EXISTS (SELECT 1 FROM deadlines WHERE case_id = p_case.case_id AND (key = p_line.timer OR p_line.timer IS NULL) AND outcome IS NULL
        AND (due_at < legal_now() OR (comparison = 'before' AND due_at <= legal_now()))) THEN
      PERFORM refuse('clock_not_passed', '', jsonb_build_object('clock', p_line.timer));
    END IF;
  ELSIF p_line.by_who = 'lead' THEN
    PERFORM require_role('lead', 'admin');
  ELSIF p_line.by_who = 'agent' THEN
    PERFORM require_role('agent', 'lead', 'admin', 'worker');
  ELSIF p_line.by_who = 'installer' THEN
    PERFORM require_role('installer', 'worker', 'admin');   -- decision 18; its own system speaks through the worker
  ELSIF p_line.by_who = 'outside' THEN
    PERFORM require_role('worker', 'admin');          -- nobody stands in: what is paid says the payment service alone
  ELSIF p_line.by_who = 'system' AND role_ IN ('worker', 'admin') THEN
    NULL;                                             -- an outside system speaks through the worker
  ELSIF p_line.by_who = 'system' AND p_line.action = 'further_signal' THEN
    PERFORM require_role('agent', 'lead');            -- a signal taken by telephone on an open case
  ELSE
    PERFORM require_role('agent', 'lead', 'admin');
    PERFORM require_lease(p_session, p_agent, p_case, p_fence);
  END IF;
END $$;

CREATE FUNCTION loket_api.apply(p_cmd uuid, p_session uuid, p_case bigint, p_fence bigint, p_version int, p_change jsonb, p_reference text, p_link bigint)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent(); r jsonb; c cases%ROWTYPE; l process_transitions%ROWTYPE; o cases%ROWTYPE; was cases%ROWTYPE; n timestamptz; w work_state;
BEGIN
  r := command_begin(p_cmd, a, 'apply', concat_ws(' ', p_case, said(p_change))); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_seat(p_session, a);
  c := case_lock(p_case);
  SELECT * INTO l FROM process_transitions WHERE process = c.process AND action = p_change ->> 'action' AND from_state = c.state AND to_state = p_change ->> 'to';
  IF l.process IS NULL OR l.action = 'open' OR p_change ->> 'process' <> c.process OR p_change ->> 'from' <> c.state THEN
    IF EXISTS (SELECT 1 FROM process_transitions WHERE process = c.process AND action = p_change ->> 'action' AND from_state = p_change ->> 'from' AND to_state = p_change ->> 'to')
       AND p_change ->> 'from' <> c.state THEN
      RAISE EXCEPTION 'version conflict' USING ERRCODE = 'LK005';
    END IF;
    PERFORM refuse('not_in_table', '', jsonb_build_object('what', p_change ->> 'action', 'given', c.state || ' - ' || (p_change ->> 'to')));
  END IF;
  PERFORM check_actor(l, c, a, p_session, p_fence);
  -- what is legal in every state and changes neither fact nor clock meets whatever happened meanwhile: a
  -- note never conflicts, but with a snooze that it ends
  IF c.version <> p_version AND (l.by_who <> 'agent' OR p_change -> 'facts' <> '{}' OR clears_of(p_change) <> '{}' OR p_change -> 'clocks' <> '[]' OR jsonb_typeof(p_change -> 'slot') = 'object' OR is_snoozed(p_case)) THEN RAISE EXCEPTION 'version conflict' USING ERRCODE = 'LK005'; END IF;
  PERFORM check_at((p_change ->> 'at')::timestamptz);
  PERFORM referee(p_change, with_form(l, c.form_version), c.facts);
  PERFORM check_people(c.party_gln, p_change);
  IF c.process = 'sharing' AND l.to_state = 'active' AND l.from_state <> 'active' THEN PERFORM contract_check(c.party_gln); END IF;
  n := (p_change ->> 'at')::timestamptz;
  c.facts := c.facts - clears_of(p_change) || (p_change -> 'facts');
  was := c;
  c := columns_follow(c, p_change);
  IF l.action = 'reopen' THEN c.received_at := n; END IF;   -- a new episode (decision 7)
  IF l.action = 'snooze' THEN c.snoozed_until := (p_change -> 'answers' ->> 'snooze_until')::timestamptz; END IF;
  w := state_work(c.process, l.to_state);
  IF c.work = 'closed' AND w <> 'closed' AND EXISTS (SELECT 1 FROM cases x WHERE x.process = c.process AND x.unique_key = c.unique_key AND x.work <> 'closed') THEN
    PERFORM refuse('twin_open');
  END IF;
  PERFORM change_rows(c.case_id, p_change, c.facts, n, undo_keep(c.case_id, a, p_session, p_change, p_reference));
  IF is_installers(c.process) OR (was.ean, was.party_gln, was.customer_ref) IS DISTINCT FROM (c.ean, c.party_gln, c.customer_ref) THEN c.subject := subject_of(c); END IF;
  -- nobody is asked to pay what is not set: said to whoever plans (PRIO-14)
  IF p_change -> 'messages' ? 'payment_create' THEN PERFORM fee_of(c); END IF;
  PERFORM slot_apply(c, p_change);
  PERFORM lease_worked(c.case_id, p_session);
  IF l.from_state <> l.to_state THEN
    c.state := l.to_state;
    c.closed_at := CASE WHEN w = 'closed' THEN n END;
    c := skips_clear(c);
    IF c.firm_queue IS NOT NULL THEN c := sent_on(c); END IF;
    -- whoever looks along with a customer keeps the case while the customer's steps follow each other
    IF w = 'closed' OR c.work <> 'held' OR (w = 'waiting' AND state_work(c.process, l.from_state) <> 'waiting') THEN c := lease_end(c); END IF;
  END IF;
  IF p_reference IS NOT NULL THEN
    INSERT INTO case_references VALUES (c.process, own_reference(c.process, c.party_gln, p_reference), c.case_id) ON CONFLICT DO NOTHING;
  END IF;
  IF jsonb_typeof(p_change -> 'opens') = 'object' THEN
    IF p_link IS NULL THEN
      IF open_twin(p_change -> 'opens') IS NOT NULL THEN
        PERFORM refuse('twin_open', '', jsonb_build_object('case_id', open_twin(p_change -> 'opens'))); END IF;
      o := case_insert(p_change -> 'opens', NULL, a, p_session, NULL);
    ELSE
      SELECT * INTO o FROM cases WHERE case_id = p_link AND case_id = open_twin(p_change -> 'opens') AND ARRAY[queue_id, firm_queue] && (SELECT my_queues())::int[] FOR SHARE;
      IF NOT FOUND THEN PERFORM refuse('case_not_found'); END IF;
    END IF;
    INSERT INTO case_links VALUES (c.case_id, o.case_id, l.action) ON CONFLICT DO NOTHING;
  END IF;
  c := case_write(with_nearest_clock(c), l.action, a, p_session, p_cmd,
    jsonb_strip_nulls(jsonb_build_object('linked', o.case_id, 'reference', p_reference)) || jsonb_build_object('change', without_bodies(p_change)), n);
  PERFORM signal_note(c, p_change);
  IF is_installers(c.process) OR p_change -> 'texts' <> '[]' OR (was.ean, was.customer_ref, was.subject) IS DISTINCT FROM (c.ean, c.customer_ref, c.subject) THEN PERFORM search_renew(ARRAY[c.case_id]); END IF;
  IF l.action = 'promise_due' THEN PERFORM promise_told(c.case_id, p_change, a); END IF;
  IF c.process = 'wash' THEN PERFORM wash_follow(c, p_change, a); END IF;
  RETURN command_end(p_cmd, applied(c, o.case_no) || undo_offer(c));
END $$;

CREATE FUNCTION loket_api.document_attach(p_cmd uuid, p_session uuid, p_case bigint, p_name text, p_kind text, p_purpose text, p_bytes bytea) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin', 'worker'); r jsonb; c cases%ROWTYPE; h text := encode(sha256(p_bytes), 'hex'); n timestamptz := legal_now();
BEGIN
  r := command_begin(p_cmd, a, 'document_attach', concat_ws(' ', p_case, md5(concat_ws(' ', h, p_purpose, p_name)))); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_seat(p_session, a);
  c := case_lock(p_case);
  -- the copy of an authorisation is destroyed with the unblocking: none may come after it (GT-22)
  IF c.work = 'closed' AND p_purpose = 'authorisation' THEN PERFORM refuse('case_closed', 'GT-22'); END IF;
  IF length(p_bytes) > 5242880 THEN PERFORM refuse('document_too_large', '', jsonb_build_object('size', length(p_bytes))); END IF;
  IF p_purpose NOT IN ('authorisation', 'evidence', 'letter', 'other') THEN PERFORM refuse('not_a_choice', '', '{"field":"purpose"}'); END IF;
  INSERT INTO documents (document_id, case_id, name, kind, purpose, size, sha256, bytes, added_at)
  VALUES (p_cmd, p_case, left(p_name, 120), left(p_kind, 60), p_purpose, length(p_bytes), h, p_bytes, n);
  PERFORM lease_worked(p_case, p_session);
  c := case_write(c, 'attached', a, p_session, p_cmd, jsonb_build_object('document', p_cmd, 'purpose', p_purpose, 'size', length(p_bytes), 'sha256', h), n);
  RETURN command_end(p_cmd, applied(c, NULL));
END $$;
-- Erases a text: what should not have been written down, or may not be kept. Number and hash stay, so
-- that the chain stays valid and replay still works (decision 20).
CREATE FUNCTION loket_api.text_erase(p_cmd uuid, p_session uuid, p_text uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('lead', 'admin'); r jsonb; c cases%ROWTYPE; i bigint; n timestamptz := legal_now();
BEGIN
  r := command_begin(p_cmd, a, 'text_erase', p_text::text); IF r IS NOT NULL THEN RETURN r; END IF;
  PERFORM require_seat(p_session, a);
  SELECT case_id INTO i FROM texts WHERE text_id = p_text;
  c := case_lock(i);
  UPDATE texts SET body = NULL, erased_at = n WHERE text_id = p_text AND body IS NOT NULL;
  IF NOT FOUND THEN PERFORM refuse('text_gone'); END IF;
  c := case_write(c, 'text_erased', a, p_session, p_cmd, jsonb_build_object('text', p_text), n);
  UPDATE case_search SET doc = search_doc(c.case_id) WHERE case_id = c.case_id;
  RETURN command_end(p_cmd, applied(c, NULL));
END $$;
CREATE FUNCTION loket_api.document_fetch(p_document uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT d.bytes FROM documents d JOIN cases c USING (case_id) WHERE d.document_id = p_document AND ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[] $$;
