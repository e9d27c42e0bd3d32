-- Tables. Facts are stored; results (cases.sort_at and its neighbours) are caches of deadlines.
SET LOCAL search_path = loket, pg_catalog, ext;

CREATE TYPE work_state AS ENUM ('open', 'held', 'waiting', 'closed');

-- legal time = technical time + legal_offset; only a rehearsal database may shift it (decision 8)
CREATE TABLE settings (
  one bool PRIMARY KEY DEFAULT true CHECK (one),
  rehearsal bool NOT NULL DEFAULT false,
  legal_offset interval NOT NULL DEFAULT '0',
  epoch uuid NOT NULL DEFAULT gen_random_uuid(),
  -- so long a person's change can be taken back and its messages wait (undo)
  grace interval NOT NULL DEFAULT '20 s' CHECK (grace BETWEEN '0' AND '10 min'),
  CHECK (rehearsal OR legal_offset = interval '0'));
INSERT INTO settings DEFAULT VALUES;

-- ---------------------------------------------------------------- processes (loaded by migrate)
CREATE TABLE queues (
  queue_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  -- how many cases an agent may hold, and at how many held ones past their warning no new one is taken
  -- (0: no gate); both set by the lead (limits_set)
  max_leases smallint NOT NULL DEFAULT 5 CHECK (max_leases BETWEEN 1 AND 50),
  gate smallint NOT NULL DEFAULT 1 CHECK (gate BETWEEN 0 AND 20),
  -- the queue of one installer's company: what nobody else may see waits there (ELS-29)
  firm_gln text UNIQUE);
CREATE TABLE processes (
  process text PRIMARY KEY, prefix text NOT NULL UNIQUE CHECK (prefix ~ '^[A-Z]{2}$'),
  queue_id int NOT NULL REFERENCES queues, country text NOT NULL, unique_by text[] NOT NULL DEFAULT '{}',
  form text);                                       -- which form its cases are asked (0019)
CREATE TABLE process_states (
  process text NOT NULL REFERENCES processes, state text NOT NULL,
  work work_state NOT NULL CHECK (work <> 'held'), PRIMARY KEY (process, state));
CREATE TABLE process_transitions (
  process text NOT NULL REFERENCES processes, action text NOT NULL,
  from_state text NOT NULL, to_state text NOT NULL,
  by_who text NOT NULL CHECK (by_who IN ('holder', 'agent', 'lead', 'timer', 'system', 'outside', 'installer')),
  timer text, starts text[] NOT NULL, ends text[] NOT NULL, breaches text[] NOT NULL, moves text[] NOT NULL,
  messages text[] NOT NULL, sets text[] NOT NULL, clears text[] NOT NULL, destroys text[] NOT NULL, opens text[] NOT NULL,
  slots text[] NOT NULL,                            -- what it may do with the slot of a case (0017)
  fields jsonb NOT NULL,
  form text,                                        -- the form whose fields it takes in addition
  PRIMARY KEY (process, action, from_state, to_state));

CREATE TABLE calendars (
  country text NOT NULL, version int NOT NULL, calendar text NOT NULL, body jsonb NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (country, version));
CREATE TABLE calendar_days (
  country text NOT NULL, version int NOT NULL, day date NOT NULL,
  name text NOT NULL, law text NOT NULL, kind text NOT NULL,
  PRIMARY KEY (country, version, day), FOREIGN KEY (country, version) REFERENCES calendars);
-- the calendar that the program brings (migrate); the newest version = this overlaid by the edits
CREATE TABLE calendar_origins (country text PRIMARY KEY, body jsonb NOT NULL);
-- decree days are published late: an edit is a row, of each day the last one counts; name and law
-- together stand in a line of a ledger
CREATE TABLE calendar_edits (
  edit_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  country text NOT NULL REFERENCES calendar_origins, day date NOT NULL, removed bool NOT NULL,
  name text NOT NULL CHECK (length(name) <= 60), law text NOT NULL CHECK (length(law) <= 90),
  kind text NOT NULL CHECK (kind IN ('public', 'equated', 'de_facto')),
  edited_at timestamptz NOT NULL, agent_id int NOT NULL,
  CHECK (removed OR (name <> '' AND law <> '')));
CREATE INDEX calendar_edits_day ON calendar_edits (country, day, edit_id DESC);

-- ---------------------------------------------------------------- people and sessions
CREATE TABLE agents (
  agent_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  db_role name NOT NULL UNIQUE,                     -- = session_user of the agent's connections
  name text NOT NULL, role text NOT NULL CHECK (role IN ('agent', 'lead', 'auditor', 'admin', 'worker', 'installer')),
  disabled_at timestamptz,
  firm_gln text,                                    -- an installer's company, a party of the register
  CHECK ((role = 'installer') = (firm_gln IS NOT NULL)));
CREATE TABLE agent_queues (
  agent_id int NOT NULL REFERENCES agents, queue_id int NOT NULL REFERENCES queues,
  -- of this agent instead of those of the queue
  max_leases smallint CHECK (max_leases BETWEEN 1 AND 50), gate smallint CHECK (gate BETWEEN 0 AND 20),
  PRIMARY KEY (agent_id, queue_id));
-- one narrow row per console; a heartbeat touches nothing else and no indexed column (HOT)
CREATE TABLE agent_sessions (
  session_id uuid PRIMARY KEY, agent_id int NOT NULL REFERENCES agents,
  timeline int NOT NULL, backend_pid int NOT NULL, backend_start timestamptz NOT NULL,
  opened_at timestamptz NOT NULL, heartbeat_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
  lost_at timestamptz, detached bool NOT NULL DEFAULT false, client text NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX agent_sessions_agent ON agent_sessions (agent_id);

-- ---------------------------------------------------------------- registers
CREATE TABLE parties (
  gln text PRIMARY KEY, gln_valid bool NOT NULL, name text NOT NULL, role text NOT NULL,
  country text NOT NULL, company_number text NOT NULL DEFAULT '');
CREATE TABLE contacts (
  contact_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gln text NOT NULL REFERENCES parties, contact_group text NOT NULL, name text NOT NULL,
  email text NOT NULL DEFAULT '', phone text NOT NULL DEFAULT '',
  valid_from date NOT NULL DEFAULT '-infinity', valid_to date,
  UNIQUE (gln, contact_group, name, email, valid_from));
CREATE TABLE connections (
  ean text PRIMARY KEY, ean_valid bool NOT NULL, country text NOT NULL,
  product text NOT NULL CHECK (product IN ('E', 'G')),
  street text NOT NULL, house_number int, house_letter text NOT NULL DEFAULT '',
  house_suffix text NOT NULL DEFAULT '', postcode text NOT NULL, city text NOT NULL,
  grid_operator_gln text NOT NULL, grid_area text NOT NULL DEFAULT '',
  allocation_method text NOT NULL DEFAULT 'profile');
CREATE INDEX connections_address ON connections (postcode, house_number);
CREATE TABLE meters (
  meter_number text NOT NULL, ean text NOT NULL REFERENCES connections,
  technical_number text NOT NULL DEFAULT '', meter_type text NOT NULL,
  smart_admin text NOT NULL DEFAULT '', feed_in_suitable text NOT NULL DEFAULT '',
  smart_feasible text NOT NULL DEFAULT '', gsa_order text NOT NULL DEFAULT '',
  PRIMARY KEY (meter_number, ean));
CREATE INDEX meters_ean ON meters (ean);
-- Which meter a number means, however it is written: letters and digits (`domain::meter_number`).
CREATE FUNCTION meter_key(p_number text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(regexp_replace(p_number, '[^A-Za-z0-9]', '', 'g')) $$;
CREATE INDEX meters_key ON meters (meter_key(meter_number));
CREATE TABLE customers (
  customer_ref text PRIMARY KEY, country text NOT NULL, kind text NOT NULL,
  first_name text NOT NULL DEFAULT '', last_name text NOT NULL DEFAULT '',
  organisation_name text NOT NULL DEFAULT '', identifier text NOT NULL DEFAULT '',
  birth_date date, iban_last3 text NOT NULL DEFAULT '', street text NOT NULL DEFAULT '',
  house_number int, house_letter text NOT NULL DEFAULT '', house_suffix text NOT NULL DEFAULT '',
  postcode text NOT NULL DEFAULT '', city text NOT NULL DEFAULT '', phone text NOT NULL DEFAULT '',
  email text NOT NULL DEFAULT '', language text NOT NULL DEFAULT '', protected bool NOT NULL DEFAULT false);
CREATE TABLE contracts (
  contract_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ean text NOT NULL REFERENCES connections, customer_ref text NOT NULL REFERENCES customers,
  side text NOT NULL CHECK (side IN ('grid', 'supply')), party_gln text NOT NULL REFERENCES parties,
  valid_from date NOT NULL DEFAULT '-infinity', valid_to date,
  UNIQUE (ean, customer_ref, side, party_gln, valid_from));

-- ---------------------------------------------------------------- cases
CREATE TABLE cases (
  case_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_no text NOT NULL UNIQUE, queue_id int NOT NULL REFERENCES queues,
  process text NOT NULL REFERENCES processes, state text NOT NULL, work work_state NOT NULL,
  facts jsonb NOT NULL, received_at timestamptz NOT NULL, opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  -- cache of the nearest running clock; sort_at is far away when none runs
  sort_at timestamptz NOT NULL DEFAULT '9999-12-31Z', due_clock text, due_warn timestamptz,
  due_comparison text, due_whose text, due_breached bool NOT NULL DEFAULT false,
  due_retriaged bool NOT NULL DEFAULT false,
  promise_at timestamptz,                           -- cache of the nearest running promise
  snoozed_until timestamptz,                        -- out of the inbox until then; a mere note of it: the clock says why
  fence bigint NOT NULL DEFAULT 0,                  -- +1 at every change of ownership
  version int NOT NULL DEFAULT 0,                   -- +1 at every change
  subject text NOT NULL, ean text, party_gln text, customer_ref text,
  reference text, unique_key text, handover uuid,
  -- whose notification it is: the queue of the installer's company, wherever the case stands (ELS-28)
  firm_queue int REFERENCES queues,
  raised_at timestamptz,                            -- passed over so often that a lead must look at it
  form_version int,                                 -- of the form of its process, as at the first receipt (TLM-10)
  last_hash bytea NOT NULL DEFAULT '\x', last_seq int NOT NULL DEFAULT 0,
  FOREIGN KEY (process, state) REFERENCES process_states,
  CHECK ((work = 'closed') = (closed_at IS NOT NULL))
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX cases_ready ON cases (queue_id, sort_at, case_id) WHERE work = 'open';
-- received_at goes along so that the board counts without touching the rows
CREATE INDEX cases_live ON cases (queue_id, work, sort_at, case_id) INCLUDE (received_at) WHERE work <> 'closed';
CREATE UNIQUE INDEX cases_one_open ON cases (process, unique_key) WHERE work <> 'closed';
CREATE UNIQUE INDEX cases_reference ON cases (process, reference) WHERE reference IS NOT NULL;
CREATE INDEX cases_ean ON cases (ean text_pattern_ops, received_at DESC);   -- also for the first digits
CREATE INDEX cases_party ON cases (party_gln, received_at DESC);
CREATE INDEX cases_customer ON cases (customer_ref) WHERE customer_ref IS NOT NULL;
CREATE TABLE case_numbers (prefix text NOT NULL, year int NOT NULL, last int NOT NULL, PRIMARY KEY (prefix, year));
CREATE TABLE case_links (
  from_case bigint NOT NULL REFERENCES cases, to_case bigint NOT NULL REFERENCES cases,
  kind text NOT NULL, PRIMARY KEY (from_case, to_case));
CREATE INDEX cases_firm ON cases (firm_queue, work, sort_at, case_id) WHERE firm_queue IS NOT NULL AND work <> 'closed';
CREATE INDEX case_links_to ON case_links (to_case);
-- further references that were attached to a case (the same signal twice is one signal)
CREATE TABLE case_references (
  process text NOT NULL, reference text NOT NULL, case_id bigint NOT NULL REFERENCES cases,
  PRIMARY KEY (process, reference));
CREATE INDEX case_references_case ON case_references (case_id);
-- text for the free search lives outside of cases, so that state changes never touch the trigram index
CREATE TABLE case_search (case_id bigint PRIMARY KEY REFERENCES cases, queue_id int NOT NULL, doc text NOT NULL, firm_queue int);
CREATE INDEX case_search_trgm ON case_search USING gin (doc gin_trgm_ops) WITH (fastupdate = off);

CREATE TABLE case_leases (
  case_id bigint PRIMARY KEY REFERENCES cases, session_id uuid NOT NULL REFERENCES agent_sessions,
  agent_id int NOT NULL REFERENCES agents, fence bigint NOT NULL, acquired_at timestamptz NOT NULL,
  how text NOT NULL DEFAULT 'by_hand' CHECK (how IN ('next', 'by_hand', 'given', 'taken_over')),
  worked bool NOT NULL DEFAULT false,               -- whether an action was done by this lease
  worked_at timestamptz NOT NULL DEFAULT clock_timestamp()   -- last sign of work (technical time); no index: HOT
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX case_leases_session ON case_leases (session_id);
CREATE INDEX case_leases_agent ON case_leases (agent_id);
-- who was proposed this case and passed it over since its state last changed
CREATE TABLE skips (
  case_id bigint NOT NULL REFERENCES cases, agent_id int NOT NULL REFERENCES agents,
  at timestamptz NOT NULL, reason text NOT NULL, PRIMARY KEY (case_id, agent_id));
CREATE INDEX skips_agent ON skips (agent_id);

CREATE TABLE deadlines (
  case_id bigint NOT NULL REFERENCES cases, key text NOT NULL, run int NOT NULL,
  started_at timestamptz NOT NULL, due_at timestamptz NOT NULL, original_due_at timestamptz NOT NULL,
  comparison text NOT NULL CHECK (comparison IN ('up_to_and_including', 'before')),
  warn_at timestamptz NOT NULL, whose text NOT NULL CHECK (whose IN ('ours', 'party', 'system', 'notice')), breached_at timestamptz,
  late_on_arrival bool NOT NULL DEFAULT false, late_by_retriage bool NOT NULL DEFAULT false,
  outcome text CHECK (outcome IN ('met', 'met_late', 'lapsed', 'cancelled')), ended_at timestamptz,
  calendar text NOT NULL, calendar_version int NOT NULL, ledger jsonb NOT NULL,
  PRIMARY KEY (case_id, key, run), CHECK ((outcome IS NULL) = (ended_at IS NULL)));
-- of promises a case can have several
CREATE UNIQUE INDEX deadlines_one_running ON deadlines (case_id, key) WHERE outcome IS NULL AND key <> 'promise';
CREATE INDEX deadlines_due ON deadlines (due_at) WHERE outcome IS NULL AND breached_at IS NULL;
-- what a recount walks through (recount_batch)
CREATE INDEX deadlines_open ON deadlines (case_id) INCLUDE (key, calendar_version)
  WHERE outcome IS NULL AND breached_at IS NULL AND NOT late_on_arrival;

-- erasable: an event holds only the number and the hash (decision 20)
CREATE TABLE texts (
  text_id uuid PRIMARY KEY, case_id bigint NOT NULL REFERENCES cases, field text NOT NULL,
  body text CHECK (length(body) <= 8000), sha256 text NOT NULL, created_at timestamptz NOT NULL,
  erased_at timestamptz, withdrawn bool NOT NULL DEFAULT false,   -- of a change that was taken back
  CHECK ((body IS NULL) = (erased_at IS NOT NULL)));
CREATE INDEX texts_case ON texts (case_id);
CREATE TABLE documents (
  document_id uuid PRIMARY KEY, case_id bigint NOT NULL REFERENCES cases, name text NOT NULL,
  kind text NOT NULL, purpose text NOT NULL CHECK (purpose IN ('authorisation', 'evidence', 'letter', 'other')),
  size bigint NOT NULL CHECK (size BETWEEN 0 AND 5242880), sha256 text NOT NULL, bytes bytea,
  added_at timestamptz NOT NULL, erased_at timestamptz,
  CHECK ((bytes IS NULL) = (erased_at IS NOT NULL)));
CREATE INDEX documents_case ON documents (case_id);

-- audit trail = change feed: append-only, one hash chain per case, no personal data
CREATE TABLE case_events (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(), at timestamptz NOT NULL, legal_at timestamptz NOT NULL,
  case_id bigint NOT NULL, seq int NOT NULL, queue_id int NOT NULL, kind text NOT NULL,
  agent_id int, session_id uuid, fence bigint NOT NULL, cmd_id uuid, body jsonb NOT NULL,
  prev_hash bytea NOT NULL, hash bytea NOT NULL, UNIQUE (case_id, seq));
CREATE INDEX case_events_feed ON case_events (xid, event_id);
CREATE INDEX case_events_at ON case_events USING brin (at);

CREATE TABLE outbox (
  outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint NOT NULL REFERENCES cases,
  kind text NOT NULL, idem_key uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  facts jsonb NOT NULL, answers jsonb NOT NULL, legal_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(), not_before timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempts int NOT NULL DEFAULT 0, locked_until timestamptz, fence bigint NOT NULL DEFAULT 0,
  last_error text, dead_at timestamptz, seq int NOT NULL   -- the event that wrote it
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX outbox_case ON outbox (case_id, outbox_id);
CREATE INDEX outbox_due ON outbox (not_before, outbox_id) WHERE dead_at IS NULL;
CREATE INDEX outbox_dead ON outbox (outbox_id) WHERE dead_at IS NOT NULL;
CREATE TABLE outbox_sent (
  outbox_id bigint PRIMARY KEY, case_id bigint NOT NULL, kind text NOT NULL, idem_key uuid NOT NULL,
  attempts int NOT NULL, legal_at timestamptz NOT NULL, created_at timestamptz NOT NULL,
  sent_at timestamptz NOT NULL, seq int NOT NULL,
  is_overtaken boolean NOT NULL DEFAULT false   -- left out: what happened meanwhile made it wrong
);
CREATE INDEX outbox_sent_case ON outbox_sent (case_id, outbox_id);

-- one row per command of a client: a repeated command has one effect (decision 3)
CREATE TABLE commands (
  cmd_id uuid PRIMARY KEY, agent_id int NOT NULL, kind text NOT NULL,
  about text NOT NULL DEFAULT '', at timestamptz NOT NULL DEFAULT clock_timestamp(), result jsonb);
CREATE INDEX commands_at ON commands USING brin (at);

-- append-only, also against the owner
CREATE FUNCTION deny_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME USING ERRCODE = 'LK001'; END $$;
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON case_events FOR EACH ROW EXECUTE FUNCTION deny_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON case_events FOR EACH STATEMENT EXECUTE FUNCTION deny_change();

-- what leads set at the desk itself: who, when, what; append-only, no free text, nothing of customers
CREATE TABLE desk_log (
  log_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  agent_id int NOT NULL REFERENCES agents, kind text NOT NULL, what jsonb NOT NULL);
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON desk_log FOR EACH ROW EXECUTE FUNCTION deny_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON desk_log FOR EACH STATEMENT EXECUTE FUNCTION deny_change();
