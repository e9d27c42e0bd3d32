-- The data wash: runs over files, findings as rows, corrections without a person, updates of suppliers,
-- milestones. A finding opens a case only where a person must decide (decision 19). Evidence is
-- personal data: it stands here and nowhere else, never in an event.
SET LOCAL search_path = loket, pg_catalog, ext;

-- which codes a person decides; the others are repaired from the register
CREATE FUNCTION wash_by_hand(p_code text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT p_code NOT IN ('SPELLING', 'FILL_FNR', 'FILL_ORGNR') $$;

CREATE TABLE wash_runs (
  run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('holdings', 'nonconformity')),
  scope text NOT NULL CHECK (scope ~ '^[a-z_]{1,20}$'),      -- which kind of file: a newer one says nothing about another kind
  file_ref text NOT NULL CHECK (file_ref ~ '^[A-Za-z0-9_./:-]{1,64}$'), file_hash text NOT NULL CHECK (file_hash ~ '^[0-9a-f]{64}$'),
  origin text NOT NULL DEFAULT '' CHECK (length(origin) <= 80), origin_day date,   -- who washed, on which day (DW-BAS-20)
  state text NOT NULL DEFAULT 'staging' CHECK (state IN ('staging', 'merging', 'opening', 'closing', 'done')),
  -- what was staged must have been merged before anything is closed; rows of which not even the point could be read
  staged bigint NOT NULL DEFAULT 0, merged bigint NOT NULL DEFAULT 0, unreadable bigint NOT NULL DEFAULT 0, may_close bool NOT NULL DEFAULT false,
  agent_id int NOT NULL REFERENCES agents, started_at timestamptz NOT NULL, ended_at timestamptz,
  points bigint NOT NULL DEFAULT 0, last_n bigint NOT NULL DEFAULT 0, counts jsonb NOT NULL DEFAULT '{}');
CREATE INDEX wash_runs_last ON wash_runs (kind, scope, run_id DESC);
-- what COPY brings; a run is read from it in chunks and it is emptied at the end. Code SEEN: a row that was refused,
-- whose point is in the file all the same
CREATE TABLE wash_stage (
  run_id bigint NOT NULL, n bigint NOT NULL, point text NOT NULL CHECK (length(point) <= 64), code text NOT NULL, rank smallint NOT NULL,
  side text NOT NULL, proposal text NOT NULL, confidence smallint NOT NULL, pattern text, protected bool NOT NULL, evidence jsonb NOT NULL,
  PRIMARY KEY (run_id, n)) WITH (autovacuum_enabled = off);

CREATE TABLE wash_findings (
  finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, point text NOT NULL, kind text NOT NULL, scope text NOT NULL,
  code text NOT NULL CHECK (code IN ('GSRN', 'DUPLICATE', 'ORGNR', 'FNR', 'I01', 'I02', 'I03', 'I04', 'A01', 'A02', 'A03', 'A04', 'SPELLING', 'FILL_FNR', 'FILL_ORGNR')),
  rank smallint NOT NULL, side text NOT NULL CHECK (side IN ('grid', 'supply', 'both')), proposal text NOT NULL, confidence smallint NOT NULL CHECK (confidence BETWEEN 0 AND 100),
  pattern text, protected bool NOT NULL, evidence jsonb NOT NULL,
  found_code text NOT NULL,                         -- of the file; a person may have given it another since
  also jsonb NOT NULL DEFAULT '{}',                 -- other kinds of files that have it too: the last run of each
  newer jsonb,                                      -- what a later file says of a case that somebody works on
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'solved', 'gone')), how text,
  case_id bigint REFERENCES cases, times int NOT NULL DEFAULT 1,
  first_run bigint NOT NULL REFERENCES wash_runs, last_run bigint NOT NULL REFERENCES wash_runs, gone_run bigint REFERENCES wash_runs,
  found_at timestamptz NOT NULL, ended_at timestamptz) WITH (fillfactor = 85);
CREATE UNIQUE INDEX wash_findings_live ON wash_findings (point) WHERE state = 'open';
CREATE INDEX wash_findings_point ON wash_findings (point, finding_id DESC);
CREATE INDEX cases_next_wash ON cases (case_id) WHERE state = 'awaiting_next_wash';
CREATE INDEX wash_findings_case ON wash_findings (case_id) WHERE case_id IS NOT NULL;
-- those that a person decides, and those of which the repair did not come about
CREATE INDEX wash_findings_to_open ON wash_findings (finding_id) WHERE state = 'open' AND case_id IS NULL AND (code NOT IN ('SPELLING', 'FILL_FNR', 'FILL_ORGNR') OR how IN ('number_differs', 'unknown', 'taken_back', 'protected'));
CREATE INDEX wash_findings_run ON wash_findings (kind, scope, last_run, finding_id) WHERE state = 'open' AND gone_run IS NULL;
CREATE INDEX wash_findings_also ON wash_findings (finding_id) WHERE state = 'open' AND also <> '{}';
CREATE INDEX wash_findings_closing ON wash_findings (finding_id) WHERE state = 'open' AND gone_run IS NOT NULL;

-- fault codes of the central tool: which deviation each means; NULL is none of ours
CREATE TABLE wash_faults (fault text PRIMARY KEY CHECK (fault ~ '^[A-Z0-9_]{1,32}$'), code text, changed_at timestamptz NOT NULL DEFAULT clock_timestamp());
INSERT INTO wash_faults (fault, code) SELECT 'EMF_' || c, c FROM unnest(ARRAY['GSRN', 'DUPLICATE', 'ORGNR', 'FNR', 'I01', 'I02', 'I04', 'A01', 'A02', 'A03', 'A04']) c;
INSERT INTO wash_faults (fault, code) SELECT f, NULL FROM unnest(ARRAY['EMF10005', 'EMF10010', 'EMF10023', 'EMF10031', 'EMF20080', 'EMF20081', 'EMF20082', 'EMF20083', 'EMF20084', 'EMF30001']) f;

-- what was corrected in our own rows, and its update for the supplier (DW-BAS-11), until it has left
CREATE TABLE wash_corrections (
  correction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, finding_id bigint REFERENCES wash_findings, case_id bigint REFERENCES cases, seq int,
  run_id bigint REFERENCES wash_runs, point text NOT NULL, customer_ref text NOT NULL REFERENCES customers,
  supplier text,                                    -- who is told, where no finding and no contract says so
  before jsonb NOT NULL, after jsonb NOT NULL, made_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'taken_back', 'by_case', 'kept')),
  idem_key uuid NOT NULL DEFAULT gen_random_uuid(), attempts int NOT NULL DEFAULT 0, taken_at timestamptz, sent_at timestamptz, last_error text);
CREATE INDEX wash_corrections_waiting ON wash_corrections (correction_id) WHERE state = 'waiting';
CREATE INDEX wash_corrections_customer ON wash_corrections (customer_ref, run_id);
CREATE INDEX wash_corrections_finding ON wash_corrections (finding_id) WHERE finding_id IS NOT NULL;
CREATE UNIQUE INDEX wash_corrections_case ON wash_corrections (case_id, seq) WHERE case_id IS NOT NULL;

-- master data that suppliers sent (DW-BAS-12): each ends approved or rejected, none is thrown away
CREATE TABLE wash_updates (
  update_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reference text NOT NULL CHECK (reference ~ '^[A-Za-z0-9_./:-]{1,64}$'), point text NOT NULL,
  supplier_gln text NOT NULL DEFAULT '', data jsonb NOT NULL, protected bool NOT NULL, received_at timestamptz NOT NULL, case_id bigint REFERENCES cases,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'rejected')),
  reason text, ended_at timestamptz, agent_id int REFERENCES agents,
  CHECK ((state = 'waiting') = (ended_at IS NULL)), CHECK (state <> 'rejected' OR coalesce(reason, '') <> ''));
-- a reference is the supplier's own; where nobody says whose it is, the metering point has one supplier
CREATE UNIQUE INDEX wash_updates_once ON wash_updates (supplier_gln, reference, (CASE supplier_gln WHEN '' THEN point ELSE '' END));
CREATE INDEX wash_updates_waiting ON wash_updates (update_id) WHERE state = 'waiting';
CREATE INDEX wash_updates_point ON wash_updates (point, update_id DESC);
CREATE INDEX wash_updates_case ON wash_updates (case_id) WHERE case_id IS NOT NULL;

-- counted when something happens, by the day in Norway: found, solved, gone, back to open
CREATE TABLE wash_flow (
  day date NOT NULL, code text NOT NULL, what text NOT NULL CHECK (what IN ('found', 'solved', 'gone')), n bigint NOT NULL, PRIMARY KEY (day, code, what));
CREATE TABLE wash_milestones (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 60), day date NOT NULL, codes text[] NOT NULL, share numeric(5, 2) NOT NULL CHECK (share BETWEEN 0 AND 100));
CREATE TABLE wash_settings (one bool PRIMARY KEY DEFAULT true CHECK (one), per_minute int NOT NULL DEFAULT 600 CHECK (per_minute BETWEEN 1 AND 100000),
  most_gone int NOT NULL DEFAULT 30 CHECK (most_gone BETWEEN 0 AND 100),   -- per cent of the open findings that one file may close unasked
  next_wash_days int NOT NULL DEFAULT 30 CHECK (next_wash_days BETWEEN 1 AND 400));   -- so long a case waits for the next wash before a person looks again
INSERT INTO wash_settings DEFAULT VALUES;

CREATE FUNCTION wash_count(p_code text, p_what text, p_n bigint) RETURNS void LANGUAGE sql SET search_path = loket, pg_catalog, pg_temp AS
$$ INSERT INTO wash_flow SELECT local_day('NO'), p_code, p_what, p_n WHERE p_n <> 0 ON CONFLICT (day, code, what) DO UPDATE SET n = wash_flow.n + excluded.n $$;

-- ---------------------------------------------------------------- runs
-- One import at a time: the lock is the line's, so that whoever is killed leaves none behind.
-- The line of an import that has just ended may take a moment to close.
CREATE FUNCTION loket_api.wash_hold() RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('admin', 'worker');
  FOR i IN 1 .. 40 LOOP
    IF pg_try_advisory_lock(4247, 1) THEN RETURN true; END IF;
    PERFORM pg_sleep(0.05);
  END LOOP;
  RETURN false;
END $$;
CREATE FUNCTION wash_held() RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 4247 AND objid = 1 AND pid = pg_backend_pid() AND granted) THEN PERFORM refuse('wash_running'); END IF;
END $$;
-- Begins a run, goes on with the one that was stopped half-way, or says that the newest one of that kind
-- had the very same files. A file of an earlier day knows less than what is here: it would close what is live.
CREATE FUNCTION loket_api.wash_begin(p_kind text, p_scope text, p_ref text, p_hash text, p_origin text, p_day date, p_points bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('admin'); r wash_runs%ROWTYPE; later date; known bool := false; rest bigint;
BEGIN
  PERFORM wash_held();
  SELECT * INTO r FROM wash_runs WHERE kind = p_kind AND scope = p_scope ORDER BY run_id DESC LIMIT 1;
  IF r.file_hash = p_hash THEN
    known := r.state = 'done';
    IF r.state = 'merging' THEN                     -- what it staged must be there still, else it is staged again
      SELECT count(*) INTO rest FROM wash_stage WHERE run_id = r.run_id AND n > r.last_n;
      IF rest <> r.staged - r.merged THEN
        UPDATE wash_runs SET state = 'staging', last_n = 0, staged = 0, merged = 0 WHERE run_id = r.run_id RETURNING * INTO r;
      END IF;
    END IF;
  ELSE
    SELECT max(origin_day) INTO later FROM wash_runs WHERE kind = p_kind AND scope = p_scope AND origin = coalesce(p_origin, '') AND origin_day > p_day;
    IF later IS NOT NULL THEN PERFORM refuse('wash_older', 'DW-BAS-20', jsonb_build_object('day', p_day, 'newer', later)); END IF;
    IF r.state <> 'done' THEN                       -- given up half-way; what it brought in stands
      UPDATE wash_runs SET state = 'done', ended_at = legal_now(), counts = counts || '{"stopped": 1}' WHERE run_id = r.run_id;
    END IF;
    INSERT INTO wash_runs (kind, scope, file_ref, file_hash, origin, origin_day, agent_id, started_at, points)
      VALUES (p_kind, p_scope, p_ref, p_hash, coalesce(p_origin, ''), p_day, a, legal_now(), p_points) RETURNING * INTO r;
  END IF;
  RETURN jsonb_build_object('run_id', r.run_id, 'state', r.state, 'known', known, 'counts', r.counts, 'file_ref', r.file_ref);
END $$;
-- Empties the stage in pieces, also of runs that were given up; gives how many rows went.
CREATE FUNCTION loket_api.wash_unstage(p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE cnt int;
BEGIN
  PERFORM require_role('admin'); PERFORM wash_held();
  -- a run that was killed while it merged goes on with what it staged: only what is staged anew, or was merged, may go
  DELETE FROM wash_stage s USING (SELECT g.run_id, g.n FROM wash_runs r JOIN wash_stage g USING (run_id) WHERE r.state <> 'merging'
    ORDER BY g.run_id, g.n LIMIT least(p_limit, 50000)) x WHERE s.run_id = x.run_id AND s.n = x.n;
  GET DIAGNOSTICS cnt = ROW_COUNT;
  RETURN cnt;
END $$;
-- The next part of a run begins. `p_staged`: so many rows were copied, `p_unreadable`: of so many not even the
-- point could be read; both are said when the copying is done.
CREATE FUNCTION loket_api.wash_step(p_run bigint, p_state text, p_staged bigint DEFAULT NULL, p_unreadable bigint DEFAULT NULL) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE r wash_runs%ROWTYPE;
BEGIN
  PERFORM require_role('admin'); PERFORM wash_held();
  SELECT * INTO STRICT r FROM wash_runs WHERE run_id = p_run FOR UPDATE;
  IF r.state = 'done' THEN RETURN; END IF;
  IF p_state = 'merging' AND (r.state <> 'staging' OR p_staged IS DISTINCT FROM (SELECT count(*) FROM wash_stage WHERE run_id = p_run))
     OR p_state = 'opening' AND (r.state <> 'merging' OR r.merged <> r.staged)
     OR p_state = 'closing' AND r.state <> 'opening' OR p_state = 'done' AND r.state <> 'closing' THEN
    PERFORM refuse('wash_incomplete', 'DW-BAS-06', jsonb_build_object('staged', coalesce(p_staged, r.staged), 'merged', r.merged));
  END IF;
  UPDATE wash_runs SET state = p_state, ended_at = CASE WHEN p_state = 'done' THEN legal_now() END,
    staged = coalesce(p_staged, staged), unreadable = coalesce(p_unreadable, unreadable) WHERE run_id = p_run;
END $$;
-- Whether the run may close what its file has no more: always when somebody said so, else when the file was
-- read whole and it is no more than the share that is set of what was open before it. Up to twenty are nothing to ask about.
CREATE FUNCTION loket_api.wash_may_close(p_run bigint, p_yes bool) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE r wash_runs%ROWTYPE; most int; live bigint; gone bigint; why text;
BEGIN
  PERFORM require_role('admin'); PERFORM wash_held();
  SELECT * INTO STRICT r FROM wash_runs WHERE run_id = p_run FOR UPDATE;
  IF r.state <> 'closing' OR r.merged <> r.staged THEN PERFORM refuse('wash_incomplete', 'DW-BAS-06', jsonb_build_object('staged', r.staged, 'merged', r.merged)); END IF;
  SELECT most_gone INTO most FROM wash_settings;
  SELECT count(*) FILTER (WHERE first_run < p_run), count(*) FILTER (WHERE last_run < p_run AND also = '{}') INTO live, gone FROM wash_findings WHERE state = 'open' AND gone_run IS NULL AND kind = r.kind AND scope = r.scope;
  why := CASE WHEN r.may_close OR gone = 0 THEN NULL WHEN r.unreadable > 0 THEN 'unreadable' WHEN gone > 20 AND gone * 100 > most * live THEN 'share' END;
  IF p_yes OR why IS NULL THEN UPDATE wash_runs SET may_close = true WHERE run_id = p_run; why := NULL; END IF;
  RETURN jsonb_build_object('why', why, 'gone', gone, 'live', live, 'most', most, 'unreadable', r.unreadable);
END $$;
-- The share of the open findings, in per cent, that one file may close unasked.
CREATE FUNCTION loket_api.wash_most_gone(p_share int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF p_share IS NULL THEN PERFORM require_role('lead', 'admin', 'auditor', 'worker');
  ELSE
    PERFORM require_role('admin');
    IF p_share NOT BETWEEN 0 AND 100 THEN PERFORM refuse('bad_share'); END IF;
    UPDATE wash_settings SET most_gone = p_share;
  END IF;
  RETURN (SELECT most_gone FROM wash_settings);
END $$;
CREATE FUNCTION counts_add(p_a jsonb, p_b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(jsonb_object_agg(k, n), '{}') FROM (SELECT k, sum(v::bigint) AS n FROM (SELECT * FROM jsonb_each_text(p_a) x(k, v) UNION ALL SELECT * FROM jsonb_each_text(p_b) y(k, v)) z GROUP BY k) w $$;

-- the free search knows names: of who was renamed or became protected it must forget the old one
CREATE FUNCTION search_again(p_customers text[]) RETURNS void LANGUAGE sql SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT subject_again(ARRAY(SELECT case_id FROM cases WHERE customer_ref = ANY (p_customers))) $$;
-- One correction of our own row of a customer: number and name in one change (DW-I02-7). The old values
-- are kept. Nothing is done where nothing differs. Of a protected person no run corrects anything; what a
-- person decided is saved, and stays here. Gives its number.
CREATE FUNCTION wash_correct(p_finding bigint, p_case bigint, p_seq int, p_run bigint, p_point text, p_customer text, p_after jsonb) RETURNS bigint
LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE u customers%ROWTYPE; was jsonb; after_ jsonb := jsonb_strip_nulls(p_after); i bigint; hidden bool; now_hidden bool;
BEGIN
  SELECT * INTO u FROM customers WHERE customer_ref = p_customer FOR UPDATE;
  IF NOT FOUND OR after_ = '{}' THEN RETURN NULL; END IF;
  hidden := is_protected(p_customer, after_ ->> 'identifier', p_finding);
  IF hidden AND p_run IS NOT NULL THEN RETURN NULL; END IF;
  was := jsonb_build_object('kind', u.kind, 'identifier', u.identifier, 'first_name', u.first_name, 'last_name', u.last_name, 'organisation_name', u.organisation_name);
  IF was @> after_ THEN RETURN NULL; END IF;
  UPDATE customers SET kind = coalesce(after_ ->> 'kind', kind), identifier = coalesce(after_ ->> 'identifier', identifier), first_name = coalesce(after_ ->> 'first_name', first_name),
    last_name = coalesce(after_ ->> 'last_name', last_name), organisation_name = coalesce(after_ ->> 'organisation_name', organisation_name) WHERE customer_ref = p_customer RETURNING protected INTO now_hidden;
  -- the number that is written protects: who was not before is not when it is taken back
  IF now_hidden AND NOT u.protected THEN was := was || jsonb '{"protected": false}'; END IF;
  PERFORM search_again(ARRAY[p_customer]);
  INSERT INTO wash_corrections (finding_id, case_id, seq, run_id, point, customer_ref, before, after, made_at, state)
    VALUES (p_finding, p_case, p_seq, p_run, p_point, p_customer, was, after_, legal_now(), CASE WHEN p_case IS NOT NULL THEN 'by_case' WHEN hidden THEN 'kept' ELSE 'waiting' END) RETURNING correction_id INTO i;
  RETURN i;
END $$;
-- What the register says, as our row would have it; nothing where the finding has no row of the register.
CREATE FUNCTION wash_after(p_evidence jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN jsonb_typeof(p_evidence -> 'register') = 'object'
     THEN jsonb_build_object('identifier', p_evidence -> 'register' -> 'identifier', 'first_name', p_evidence -> 'register' -> 'first_name',
       'last_name', p_evidence -> 'register' -> 'last_name', 'organisation_name', p_evidence -> 'register' -> 'organisation_name') ELSE '{}' END $$;
-- A date as a file says it, NULL where there is no such day.
CREATE FUNCTION birth_day(p_text text) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_text ~ '^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' THEN
     CASE WHEN right(p_text, 2)::int <= extract(day FROM make_date(left(p_text, 4)::int, substr(p_text, 6, 2)::int, 1) + interval '1 month' - interval '1 day') THEN p_text::date END END $$;
-- The rows of our own registers that findings are about: what the files hold and nobody entered yet.
CREATE FUNCTION wash_known(p_points text[], p_evidence jsonb[]) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO connections (ean, ean_valid, country, product, street, house_number, postcode, city, grid_operator_gln)
    SELECT f.point, true, 'NO', 'E', coalesce(g ->> 'street', ''), CASE WHEN g ->> 'house_number' ~ '^[1-9][0-9]{0,4}$' THEN (g ->> 'house_number')::int END, coalesce(g ->> 'postcode', ''), coalesce(g ->> 'city', ''), ''
    FROM unnest(p_points, p_evidence) f(point, evidence), coalesce(f.evidence -> 'grid' -> 0, f.evidence -> 'supply' -> 0) g
    WHERE jsonb_typeof(g) = 'object' AND f.point ~ '^[0-9]{18}$' AND (f.evidence ->> 'valid')::bool
      AND NOT EXISTS (SELECT 1 FROM connections k WHERE k.ean = f.point) ON CONFLICT DO NOTHING;
  INSERT INTO customers (customer_ref, country, kind, first_name, last_name, organisation_name, identifier, birth_date, street, house_number, postcode, city, language, protected)
    SELECT x ->> 'customer_ref', 'NO', coalesce(x ->> 'kind', 'private'), coalesce(x ->> 'first_name', ''), coalesce(x ->> 'last_name', ''), coalesce(x ->> 'organisation_name', ''), coalesce(x ->> 'identifier', ''),
      birth_day(x ->> 'birth_date'),
      coalesce(x ->> 'street', ''), CASE WHEN x ->> 'house_number' ~ '^[1-9][0-9]{0,4}$' THEN (x ->> 'house_number')::int END, coalesce(x ->> 'postcode', ''), coalesce(x ->> 'city', ''), 'nb', coalesce((x ->> 'protected')::bool, false)
    FROM (SELECT x, at, n FROM unnest(p_evidence) WITH ORDINALITY f(evidence, at), jsonb_array_elements(coalesce(f.evidence -> 'grid', '[]')) WITH ORDINALITY e(x, n)) e
    WHERE x ? 'kind' AND coalesce(x ->> 'customer_ref', '') ~ '^[A-Za-z0-9_./:-]{1,64}$'
      AND NOT EXISTS (SELECT 1 FROM customers u WHERE u.customer_ref = x ->> 'customer_ref') ORDER BY at, n ON CONFLICT DO NOTHING;
END $$;

-- Those of many rows in which anybody is protected: what `wash_hides` asks of one.
CREATE FUNCTION wash_hiding(p_ids bigint[], p_evidence jsonb[]) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY WITH raw AS MATERIALIZED (SELECT r.n, r.evidence FROM unnest(p_ids, p_evidence) r(n, evidence)),
    numbers AS MATERIALIZED (SELECT raw.n, regexp_replace(x #>> '{}', '[^0-9]', '', 'g') AS number FROM raw CROSS JOIN LATERAL jsonb_path_query(raw.evidence, '$.*[*].identifier') x)
    SELECT raw.n FROM raw CROSS JOIN LATERAL jsonb_path_query(raw.evidence, '$.grid[*].customer_ref') x JOIN customers u ON u.customer_ref = x #>> '{}' AND u.protected
      UNION SELECT k.n FROM numbers k JOIN register_persons g ON g.number = k.number AND g.protected WHERE length(k.number) = 11
      UNION SELECT k.n FROM numbers k JOIN customers u ON u.identifier = k.number AND u.country = 'NO' AND u.identifier <> '' AND u.protected WHERE length(k.number) = 11;
END $$;
-- Merges the next rows of the stage. A metering point has one live finding; of several rows the first in
-- the order of decision 19 counts. Nothing is overwritten where there is a case: newer evidence stands
-- beside. What was solved stays so as long as the files say the same. A finding belongs to the kind of file
-- that had it first; that another kind has it too is kept beside (`also`).
CREATE FUNCTION loket_api.wash_merge(p_run bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp SET jit = off AS $$
DECLARE r wash_runs%ROWTYPE; c jsonb; cnt int; hi bigint; t timestamptz := legal_now(); w text; ns bigint[]; often int[];
BEGIN
  PERFORM require_role('admin'); PERFORM wash_held();
  SELECT * INTO STRICT r FROM wash_runs WHERE run_id = p_run FOR UPDATE;
  w := r.kind || '/' || r.scope;
  SELECT max(s.n), count(*) INTO hi, cnt FROM (SELECT s.n FROM wash_stage s WHERE s.run_id = p_run AND s.n > r.last_n ORDER BY s.n LIMIT least(p_limit, 5000)) s;
  IF cnt = 0 THEN RETURN jsonb_build_object('rows', 0, 'counts', r.counts); END IF;
  WITH raw AS MATERIALIZED (SELECT DISTINCT ON (point) * FROM wash_stage WHERE run_id = p_run AND wash_stage.n > r.last_n AND wash_stage.n <= hi ORDER BY point, rank, wash_stage.n),
    -- no file is trusted to say that nobody is protected
    hidden AS MATERIALIZED (SELECT n FROM raw WHERE raw.protected UNION SELECT wash_hiding((SELECT array_agg(n ORDER BY n) FROM raw), (SELECT array_agg(evidence ORDER BY n) FROM raw))),
    one AS MATERIALIZED (SELECT s.run_id, s.n, s.point, s.code, s.rank, s.side, s.proposal, s.confidence, CASE WHEN h.n IS NULL THEN s.pattern END AS pattern, h.n IS NOT NULL AS protected,
      CASE WHEN h.n IS NOT NULL THEN wash_masked(s.evidence) ELSE s.evidence END AS evidence FROM raw s LEFT JOIN hidden h USING (n)),
    live AS MATERIALIZED (SELECT f.* FROM one JOIN wash_findings f ON f.point = one.point AND f.state = 'open'),
    past AS MATERIALIZED (SELECT q.* FROM one CROSS JOIN LATERAL (SELECT f.* FROM wash_findings f WHERE f.point = one.point ORDER BY f.finding_id DESC LIMIT 1) q WHERE q.state <> 'open' AND one.code <> 'SEEN'),
    -- what becomes of what is live: whose it is, whether the row says the better of what this run said already, and whether it takes its place
    v AS MATERIALIZED (SELECT live.finding_id AS id, live.case_id AS in_case, live.found_code AS was_found, live.code AS was_code, one.*, own, said,
        one.code <> 'SEEN' AND live.case_id IS NULL AND CASE WHEN own THEN NOT said ELSE live.rank > one.rank END AS takes,
        own OR live.gone_run IS NOT NULL OR (one.code <> 'SEEN' AND live.case_id IS NULL AND live.rank > one.rank) AS ours,
        one.code <> 'SEEN' AND live.case_id IS NOT NULL AND own AND NOT said AS looks, (live.found_code, live.evidence) IS DISTINCT FROM (one.code, one.evidence) AS differs
      FROM live JOIN one USING (point), LATERAL (SELECT (live.kind, live.scope) = (r.kind, r.scope) AS own, live.last_run = p_run AND live.rank <= one.rank AS said) q),
    kept AS (UPDATE wash_findings f SET gone_run = NULL,
        also = CASE WHEN v.own THEN f.also WHEN v.ours THEN CASE WHEN f.gone_run IS NULL THEN f.also - w || jsonb_build_object(f.kind || '/' || f.scope, f.last_run) ELSE f.also - w END ELSE f.also || jsonb_build_object(w, p_run) END,
        kind = CASE WHEN v.ours THEN r.kind ELSE f.kind END, scope = CASE WHEN v.ours THEN r.scope ELSE f.scope END, last_run = CASE WHEN v.ours THEN p_run ELSE f.last_run END,
        newer = CASE WHEN NOT v.looks THEN f.newer WHEN v.differs THEN jsonb_build_object('run', p_run, 'code', v.code, 'side', v.side, 'proposal', v.proposal, 'evidence', v.evidence) END,
        code = CASE WHEN v.takes THEN v.code ELSE f.code END, found_code = CASE WHEN v.takes THEN v.code ELSE f.found_code END, rank = CASE WHEN v.takes THEN v.rank ELSE f.rank END, side = CASE WHEN v.takes THEN v.side ELSE f.side END,
        proposal = CASE WHEN v.takes THEN v.proposal ELSE f.proposal END, confidence = CASE WHEN v.takes THEN v.confidence ELSE f.confidence END,
        pattern = CASE WHEN v.takes THEN v.pattern ELSE f.pattern END, protected = f.protected OR v.protected, evidence = CASE WHEN v.takes THEN v.evidence ELSE f.evidence END
      FROM v WHERE f.finding_id = v.id),
    still AS (UPDATE wash_findings f SET last_run = p_run FROM past JOIN one USING (point) WHERE f.finding_id = past.finding_id AND past.state = 'solved' AND past.found_code = one.code AND past.evidence = one.evidence RETURNING f.point),
    new_ AS MATERIALIZED (SELECT one.*, coalesce(past.times, 0) + 1 AS times FROM one LEFT JOIN past USING (point)
      WHERE one.code <> 'SEEN' AND one.point NOT IN (SELECT point FROM live) AND one.point NOT IN (SELECT point FROM still)),
    -- those that the register repairs are written once, as they end
    fresh AS (INSERT INTO wash_findings (point, kind, scope, code, found_code, rank, side, proposal, confidence, pattern, protected, evidence, times, first_run, last_run, found_at)
      SELECT point, r.kind, r.scope, code, code, rank, side, proposal, confidence, pattern, protected, evidence, times, p_run, p_run, t FROM new_ WHERE protected OR wash_by_hand(code)),
    flow AS (INSERT INTO wash_flow SELECT local_day('NO'), d.code, 'found', sum(d.n) FROM (SELECT code, count(*) AS n FROM new_ GROUP BY code
        UNION ALL SELECT code, 1 FROM v WHERE takes AND was_code <> code UNION ALL SELECT was_code, -1 FROM v WHERE takes AND was_code <> code) d GROUP BY d.code
      ON CONFLICT (day, code, what) DO UPDATE SET n = wash_flow.n + excluded.n)
    SELECT jsonb_build_object('rows', cnt, 'new', (SELECT count(*) FROM new_ WHERE times = 1), 'back', (SELECT count(*) FROM new_ WHERE times > 1), 'still_solved', (SELECT count(*) FROM still),
      'again', (SELECT count(*) FROM v WHERE was_found = code OR code = 'SEEN'), 'changed', (SELECT count(*) FROM v WHERE was_found <> code AND code <> 'SEEN')),
      (SELECT array_agg(n ORDER BY n) FROM new_ WHERE NOT (protected OR wash_by_hand(code))), (SELECT array_agg(times ORDER BY n) FROM new_ WHERE NOT (protected OR wash_by_hand(code))) INTO c, ns, often;
  c := counts_add(r.counts, counts_add(c, wash_repair(r, hi, ns, often)));
  UPDATE wash_runs SET last_n = hi, merged = merged + cnt, counts = c WHERE run_id = p_run;
  -- a first import fills empty tables: without their sizes the next chunks would be planned for nothing; a later one finds them known
  IF (r.merged = 0 OR r.merged < 8000 AND r.merged + cnt >= 8000 OR r.merged < 64000 AND r.merged + cnt >= 64000)
    AND (SELECT reltuples FROM pg_class WHERE oid = 'wash_findings'::regclass) < r.merged + cnt THEN ANALYZE wash_findings, customers, connections, wash_corrections; END IF;
  RETURN jsonb_build_object('rows', cnt, 'counts', c);
END $$;
-- Leaves out the next row of the stage, which the database would not take.
CREATE FUNCTION loket_api.wash_skip(p_run bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('admin'); PERFORM wash_held();
  UPDATE wash_runs r SET last_n = (SELECT min(s.n) FROM wash_stage s WHERE s.run_id = p_run AND s.n > r.last_n), merged = merged + 1, unreadable = unreadable + 1,
    counts = counts_add(counts, '{"refused": 1}') WHERE run_id = p_run AND state = 'merging' AND merged < staged;
END $$;

-- Repairs from the register without a person (DW-BAS-22) what a chunk of the stage brought: one change of the
-- customer, and of each of its metering points a message for the supplier (DW-BAS-11). Nothing is done to a
-- protected person, nor where our own row is that of another number: such a finding stays open and says why.
-- `p_new`: rows of the stage that are no findings yet, and how often each was found with this time.
CREATE FUNCTION wash_repair(r wash_runs, p_hi bigint, p_new bigint[], p_often int[]) RETURNS jsonb LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := legal_now(); ids bigint[]; points text[]; rows_ jsonb[]; refs text[]; c jsonb;
BEGIN
  SELECT array_agg(f.finding_id) INTO ids FROM wash_stage s JOIN wash_findings f ON f.point = s.point AND f.state = 'open'
    WHERE s.run_id = r.run_id AND s.n > r.last_n AND s.n <= p_hi AND NOT wash_by_hand(s.code) AND NOT wash_by_hand(f.code) AND f.case_id IS NULL AND f.last_run = r.run_id AND f.how IS DISTINCT FROM 'taken_back';
  SELECT array_agg(x.point), array_agg(x.evidence) INTO points, rows_ FROM (SELECT f.point, f.evidence, f.finding_id AS at FROM wash_findings f WHERE f.finding_id = ANY (ids)
    UNION ALL SELECT s.point, s.evidence, s.n FROM wash_stage s WHERE s.run_id = r.run_id AND s.n = ANY (p_new) ORDER BY at) x;
  IF points IS NULL THEN RETURN '{}'; END IF;
  PERFORM wash_known(points, rows_);
  WITH fresh AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('loket.wash_findings', 'finding_id')) AS finding_id, s.*, o.times FROM unnest(p_new, p_often) o(n, times) JOIN wash_stage s ON s.run_id = r.run_id AND s.n = o.n),
    due AS MATERIALIZED (SELECT x.finding_id, x.point, x.side, x.evidence -> 'grid' -> 0 ->> 'customer_ref' AS ref, jsonb_strip_nulls(wash_after(x.evidence)) AS after_, hidden
      FROM (SELECT finding_id, point, side, evidence, false AS hidden FROM fresh UNION ALL SELECT finding_id, point, side, evidence, protected FROM wash_findings WHERE finding_id = ANY (ids)) x),
    own AS MATERIALIZED (SELECT u.* FROM customers u WHERE u.customer_ref IN (SELECT ref FROM due WHERE side <> 'supply') ORDER BY u.customer_ref FOR UPDATE),
    judged AS MATERIALIZED (SELECT due.*, was, CASE WHEN hidden OR u.protected THEN 'protected' WHEN side = 'supply' THEN 'supplier' WHEN u.customer_ref IS NULL OR after_ = '{}' THEN 'unknown'
        WHEN u.identifier <> '' AND regexp_replace(u.identifier, '[^0-9]', '', 'g') <> coalesce(after_ ->> 'identifier', '') THEN 'number_differs' WHEN was @> after_ THEN 'same' ELSE 'correct' END AS verdict
      FROM due LEFT JOIN own u ON u.customer_ref = due.ref AND due.side <> 'supply' LEFT JOIN LATERAL (SELECT jsonb_build_object('kind', u.kind, 'identifier', u.identifier, 'first_name', u.first_name, 'last_name', u.last_name, 'organisation_name', u.organisation_name) AS was) w ON true),
    ranked AS MATERIALIZED (SELECT *, row_number() OVER mine AS place, first_value(after_) OVER mine AS first_ FROM judged WHERE verdict = 'correct' WINDOW mine AS (PARTITION BY ref ORDER BY finding_id)),
    what AS MATERIALIZED (SELECT finding_id, point, ref, after_, was, CASE WHEN place = 1 THEN 'correct' WHEN after_ = first_ THEN 'also' ELSE 'number_differs' END AS verdict FROM ranked
      UNION ALL SELECT j.finding_id, j.point, j.ref, j.after_, j.was, CASE WHEN verdict = 'same' AND EXISTS (SELECT 1 FROM wash_corrections k WHERE k.customer_ref = j.ref AND k.run_id = r.run_id AND k.after = j.after_ AND k.state IN ('waiting', 'sent')) THEN 'also' ELSE verdict END
      FROM judged j WHERE verdict <> 'correct'),
    written AS (UPDATE customers u SET kind = coalesce(after_ ->> 'kind', u.kind), identifier = coalesce(after_ ->> 'identifier', u.identifier), first_name = coalesce(after_ ->> 'first_name', u.first_name),
      last_name = coalesce(after_ ->> 'last_name', u.last_name), organisation_name = coalesce(after_ ->> 'organisation_name', u.organisation_name) FROM what WHERE what.verdict = 'correct' AND u.customer_ref = what.ref RETURNING u.customer_ref),
    told AS (INSERT INTO wash_corrections (finding_id, run_id, point, customer_ref, before, after, made_at)
      SELECT finding_id, r.run_id, point, ref, CASE verdict WHEN 'also' THEN was || after_ ELSE was END, after_, t FROM what WHERE verdict IN ('correct', 'also') ORDER BY finding_id RETURNING 1),
    ends AS MATERIALIZED (SELECT finding_id, q.state, CASE WHEN q.state = 'solved' THEN t END AS ended_at, CASE WHEN verdict IN ('correct', 'also', 'same') THEN 'register' ELSE verdict END AS how
      FROM what, LATERAL (SELECT CASE WHEN verdict IN ('supplier', 'correct', 'also', 'same') THEN 'solved' ELSE 'open' END AS state) q),
    inserted AS (INSERT INTO wash_findings (finding_id, point, kind, scope, code, found_code, rank, side, proposal, confidence, pattern, protected, evidence, state, how, times, first_run, last_run, found_at, ended_at) OVERRIDING SYSTEM VALUE
      SELECT finding_id, point, r.kind, r.scope, code, code, rank, side, proposal, confidence, pattern, false, evidence, e.state, e.how, times, r.run_id, r.run_id, t, e.ended_at FROM fresh JOIN ends e USING (finding_id) ORDER BY finding_id RETURNING code, state),
    updated AS (UPDATE wash_findings f SET state = e.state, ended_at = e.ended_at, how = e.how FROM ends e WHERE f.finding_id = ANY (ids) AND f.finding_id = e.finding_id RETURNING f.code, f.state),
    ended AS (SELECT * FROM inserted UNION ALL SELECT * FROM updated),
    flow AS (INSERT INTO wash_flow SELECT local_day('NO'), code, 'solved', count(*) FROM ended WHERE state = 'solved' GROUP BY code ON CONFLICT (day, code, what) DO UPDATE SET n = wash_flow.n + excluded.n)
    SELECT jsonb_build_object('corrected', (SELECT count(*) FROM told), 'left', (SELECT count(*) FROM ended WHERE state = 'open')), (SELECT array_agg(customer_ref) FROM written) INTO c, refs;
  PERFORM search_again(refs);
  RETURN c;
END $$;

-- What the newer file has no more. What another kind of file has still goes over to that kind. Without a case
-- a finding ends at once; those with a case are marked, and the holder of such a case is told. Gives how many
-- were dealt with. Refused unless all that was staged was merged, and it may close.
CREATE FUNCTION loket_api.wash_gone(p_run bigint, p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE r wash_runs%ROWTYPE; t timestamptz := legal_now(); cnt int; ended int; w text;
BEGIN
  PERFORM require_role('admin'); PERFORM wash_held();
  SELECT * INTO STRICT r FROM wash_runs WHERE run_id = p_run FOR UPDATE;
  IF r.state <> 'closing' OR NOT r.may_close OR r.merged <> r.staged THEN PERFORM refuse('wash_incomplete', 'DW-BAS-06', jsonb_build_object('staged', r.staged, 'merged', r.merged)); END IF;
  w := r.kind || '/' || r.scope;
  UPDATE wash_findings SET also = also - w WHERE finding_id IN (SELECT finding_id FROM wash_findings WHERE state = 'open' AND also <> '{}' AND (also ->> w)::bigint < p_run LIMIT least(p_limit, 5000));
  GET DIAGNOSTICS cnt = ROW_COUNT;
  IF cnt > 0 THEN RETURN cnt; END IF;
  WITH old AS (SELECT finding_id FROM wash_findings WHERE state = 'open' AND gone_run IS NULL AND kind = r.kind AND scope = r.scope AND last_run < p_run ORDER BY last_run, finding_id LIMIT least(p_limit, 5000)),
    other AS (UPDATE wash_findings f SET kind = split_part(k, '/', 1), scope = split_part(k, '/', 2), last_run = v::bigint, also = f.also - k
      FROM old JOIN wash_findings o USING (finding_id) CROSS JOIN LATERAL (SELECT k, v FROM jsonb_each_text(o.also) e(k, v) ORDER BY v::bigint DESC LIMIT 1) x WHERE f.finding_id = old.finding_id RETURNING f.finding_id),
    w AS (UPDATE wash_findings f SET gone_run = p_run, state = CASE WHEN f.case_id IS NULL THEN 'gone' ELSE 'open' END, how = CASE WHEN f.case_id IS NULL THEN r.file_ref END, ended_at = CASE WHEN f.case_id IS NULL THEN t END
      FROM old WHERE f.finding_id = old.finding_id AND f.also = '{}' RETURNING f.code, f.case_id, f.state),
    told AS (SELECT count(notify_agent(l.agent_id, w.case_id, 'gone', NULL, NULL)) FROM w JOIN case_leases l USING (case_id)),
    flow AS (INSERT INTO wash_flow SELECT local_day('NO'), code, 'gone', count(*) FROM w WHERE state = 'gone' GROUP BY code ON CONFLICT (day, code, what) DO UPDATE SET n = wash_flow.n + excluded.n)
    SELECT count(*), (SELECT count(*) FROM other) INTO cnt, ended FROM w, told;
  UPDATE wash_runs SET counts = counts_add(counts, jsonb_build_object('gone', cnt)) WHERE run_id = p_run;
  RETURN cnt + ended;
END $$;
-- Cases of findings that are gone and that nobody holds, to be closed by the action of the process.
CREATE FUNCTION loket_api.wash_closing(p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('finding_id', x.finding_id, 'file_ref', x.file_ref, 'case_id', x.case_id, 'version', x.version, 'case', facts_json(x.c)) ORDER BY x.finding_id), '[]')
    FROM (SELECT f.finding_id, r.file_ref, c.case_id, c.version, c AS c FROM wash_findings f JOIN wash_runs r ON r.run_id = f.gone_run JOIN cases c USING (case_id)
      WHERE f.state = 'open' AND f.gone_run IS NOT NULL AND f.finding_id > p_after AND c.work NOT IN ('held', 'closed') AND c.facts ->> 'clean_file' IS DISTINCT FROM r.file_ref ORDER BY f.finding_id LIMIT least(p_limit, 200)) x);
END $$;
-- Cases that wait for the next wash and that nobody holds (DW-I01-5): with the file of a run that began since and has
-- their deviation still, or without one where none came for the days that are set. What is gone is closed as above.
CREATE FUNCTION loket_api.wash_awaited(p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', x.case_id, 'version', x.version, 'file_ref', x.file_ref, 'case', facts_json(x.c)) ORDER BY x.case_id), '[]')
    FROM (SELECT c.case_id, c.version, n.file_ref, c AS c FROM cases c
        CROSS JOIN LATERAL (SELECT max(e.legal_at) AS since FROM case_events e WHERE e.case_id = c.case_id AND e.body -> 'change' ->> 'to' = 'awaiting_next_wash' AND e.body -> 'change' ->> 'from' <> 'awaiting_next_wash') s
        LEFT JOIN LATERAL (SELECT r.file_ref FROM wash_findings f JOIN wash_runs r ON r.run_id = f.last_run OR r.run_id IN (SELECT v::bigint FROM jsonb_each_text(f.also) a(k, v))
          WHERE f.case_id = c.case_id AND f.state = 'open' AND f.gone_run IS NULL AND r.started_at > s.since ORDER BY r.run_id DESC LIMIT 1) n ON true
      WHERE c.state = 'awaiting_next_wash' AND c.process = 'wash' AND c.work = 'waiting' AND c.case_id > p_after
        AND (n.file_ref IS NOT NULL OR s.since + (SELECT make_interval(days => next_wash_days) FROM wash_settings) < legal_now()) ORDER BY c.case_id LIMIT least(p_limit, 200)) x);
END $$;
-- So many days a case waits for the next wash before a person looks again.
CREATE FUNCTION loket_api.wash_next_days(p_days int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF p_days IS NULL THEN PERFORM require_role('lead', 'admin', 'auditor', 'worker');
  ELSE
    PERFORM require_role('admin');
    IF p_days NOT BETWEEN 1 AND 400 THEN PERFORM refuse('bad_days'); END IF;
    UPDATE wash_settings SET next_wash_days = p_days;
  END IF;
  RETURN (SELECT next_wash_days FROM wash_settings);
END $$;
-- Findings that need a case: what the opening says of each, without a word of personal data; `p_left`: only those
-- of which the repair did not come about, with the reason: that somebody is protected stands in no case.
CREATE FUNCTION loket_api.wash_to_open(p_after bigint, p_limit int, p_left bool) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('admin', 'worker');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('finding_id', f.finding_id, 'point', f.point, 'code', f.code, 'origin', f.kind, 'side', f.side, 'proposal', f.proposal, 'confidence', f.confidence,
      'valid', coalesce((f.evidence ->> 'valid')::bool, false), 'computed', f.evidence ->> 'computed', 'customer_ref', f.evidence -> 'grid' -> 0 ->> 'customer_ref', 'counterpart', f.evidence -> 'supply' -> 0 IS NOT NULL OR coalesce(f.evidence -> 'fault' ->> 'faultduetovalue', '') <> '',
      'supplier', wash_supplier(f.point, f.evidence), 'file_ref', r.file_ref,
      'trouble', CASE WHEN f.how = 'protected' THEN 'unknown' WHEN f.how IN ('number_differs', 'unknown', 'taken_back') THEN f.how END) ORDER BY f.finding_id), '[]')
    FROM (SELECT * FROM wash_findings WHERE state = 'open' AND case_id IS NULL AND (code NOT IN ('SPELLING', 'FILL_FNR', 'FILL_ORGNR') AND NOT p_left OR how IN ('number_differs', 'unknown', 'taken_back', 'protected')) AND finding_id > p_after ORDER BY finding_id LIMIT least(p_limit, 500)) f JOIN wash_runs r ON r.run_id = f.last_run);
END $$;
-- Whether an opening is one of the plain ones that a run makes: words, yes or no, no text, clock, message or slot,
-- exactly as the referee and `case_insert` would have it. What is not goes that way, and they say why.
CREATE FUNCTION wash_is_plain(p_change jsonb, p_line process_transitions, p_fields jsonb, p_now timestamptz) RETURNS bool LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN p_change ->> 'action' = 'open' AND p_change ->> 'process' = p_line.process AND (p_change ->> 'at')::timestamptz BETWEEN p_now - interval '120 s' AND p_now + interval '5 s'
    AND (p_change ->> 'received_at')::timestamptz <= p_now + interval '5 min' AND p_change -> 'clocks' = '[]' AND p_change -> 'messages' = '[]' AND p_change -> 'texts' = '[]' AND coalesce(p_change -> 'destroy', '[]') = '[]'
    AND jsonb_typeof(coalesce(p_change -> 'opens', 'null')) = 'null' AND jsonb_typeof(coalesce(p_change -> 'slot', 'null')) = 'null' AND pg_column_size(p_change) < 100000
    AND coalesce(p_change -> 'clears', '[]') = '[]' AND coalesce(p_change -> 'emptied', '[]') = '[]'
    AND p_change - ARRAY['process', 'action', 'from', 'to', 'at', 'received_at', 'answers', 'emptied', 'facts', 'clears', 'clocks', 'messages', 'texts', 'destroy', 'opens', 'slot'] = '{}' AND (p_change -> 'facts') - p_line.sets = '{}'
    AND NOT EXISTS (SELECT 1 FROM jsonb_each(p_change -> 'facts') x WHERE jsonb_typeof(x.value) <> 'boolean' AND (jsonb_typeof(x.value) <> 'string' OR x.value #>> '{}' !~ '^[A-Za-z0-9][A-Za-z0-9 _.:/+-]{0,63}$'))
    AND NOT EXISTS (SELECT 1 FROM jsonb_each(p_change -> 'answers') x CROSS JOIN LATERAL (SELECT p_fields -> x.key AS f, x.value #>> '{}' AS v) q
      WHERE (CASE f ->> 'kind' WHEN 'choice' THEN jsonb_typeof(x.value) = 'string' AND f -> 'choices' ? v WHEN 'yes_no' THEN jsonb_typeof(x.value) = 'boolean' WHEN 'ean' THEN v ~ '^[0-9]{18}$' WHEN 'party' THEN v ~ '^[0-9]{13}$'
        WHEN 'code' THEN jsonb_typeof(x.value) = 'string' WHEN 'customer' THEN jsonb_typeof(x.value) = 'string' END) IS NOT TRUE OR v !~ '^[A-Za-z0-9][A-Za-z0-9 _.:/+-]{0,63}$')
    AND NOT EXISTS (SELECT 1 FROM jsonb_each(p_fields) x WHERE (x.value ->> 'required')::bool AND NOT p_change -> 'answers' ? x.key);
END $$;
-- Opens the cases of findings: the plain ones of a chunk all at once, what `case_insert` does for one in a few statements.
-- One that has a case meanwhile keeps it. Gives how many were opened.
CREATE FUNCTION loket_api.wash_open(p_run bigint, p_cases jsonb) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp SET jit = off AS $$
DECLARE a int := require_role('admin', 'worker'); n timestamptz := legal_now(); t timestamptz := clock_timestamp(); p processes%ROWTYPE; ids bigint[]; cnt int; yr int; made bigint[]; rest jsonb; one jsonb; opened cases%ROWTYPE;
BEGIN
  PERFORM wash_held();
  SELECT * INTO STRICT p FROM processes WHERE process = 'wash';
  SELECT array_agg(finding_id ORDER BY finding_id), count(*) INTO ids, cnt FROM (SELECT f.finding_id FROM wash_findings f WHERE f.finding_id IN (SELECT (x ->> 'finding_id')::bigint FROM jsonb_array_elements(p_cases) x)
    AND f.state = 'open' AND f.case_id IS NULL ORDER BY f.finding_id FOR UPDATE) f;
  IF cnt = 0 THEN RETURN 0; END IF;
  UPDATE wash_findings SET protected = true WHERE NOT protected
    AND finding_id IN (SELECT wash_hiding((SELECT array_agg(finding_id ORDER BY finding_id) FROM wash_findings WHERE finding_id = ANY (ids)), (SELECT array_agg(evidence ORDER BY finding_id) FROM wash_findings WHERE finding_id = ANY (ids))));
  PERFORM wash_known((SELECT array_agg(point ORDER BY finding_id) FROM wash_findings WHERE finding_id = ANY (ids)), (SELECT array_agg(evidence ORDER BY finding_id) FROM wash_findings WHERE finding_id = ANY (ids)));
  yr := extract(year FROM n AT TIME ZONE zone_of(p.country))::int;
  WITH given AS MATERIALIZED (SELECT (x ->> 'finding_id')::bigint AS finding_id, x -> 'change' AS c0 FROM jsonb_array_elements(p_cases) x),
    -- what no register knows stays out of the case
    known AS MATERIALIZED (SELECT finding_id, row_number() OVER (ORDER BY finding_id)::int AS place, c0
        #- CASE WHEN u.customer_ref IS NULL THEN '{facts,customer_ref}' ELSE '{}' END::text[] #- CASE WHEN u.customer_ref IS NULL THEN '{answers,customer_ref}' ELSE '{}' END::text[]
        #- CASE WHEN g.gln IS NULL THEN '{facts,party_gln}' ELSE '{}' END::text[] #- CASE WHEN g.gln IS NULL THEN '{answers,party_gln}' ELSE '{}' END::text[]
        #- CASE WHEN k.ean IS NULL THEN '{facts,ean}' ELSE '{}' END::text[] #- CASE WHEN k.ean IS NULL THEN '{answers,ean}' ELSE '{}' END::text[] AS ch, coalesce(g.name, '') AS party
      FROM given LEFT JOIN customers u ON u.customer_ref = c0 -> 'facts' ->> 'customer_ref' LEFT JOIN parties g ON g.gln = c0 -> 'facts' ->> 'party_gln' LEFT JOIN connections k ON k.ean = c0 -> 'facts' ->> 'ean'
      WHERE finding_id = ANY (ids)),
    lines AS MATERIALIZED (SELECT l, l.to_state, (SELECT jsonb_object_agg(f ->> 'key', f) FROM jsonb_array_elements(l.fields) f) AS fields FROM process_transitions l WHERE l.process = p.process AND l.action = 'open' AND l.from_state = ''),
    checked AS MATERIALIZED (SELECT known.*, s.work, coalesce(s.work <> 'closed' AND wash_is_plain(ch, l, fields, n), false) AS is_good FROM known LEFT JOIN lines ON lines.to_state = ch ->> 'to' LEFT JOIN process_states s ON s.process = p.process AND s.state = ch ->> 'to'),
    good AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY place) AS nth, count(*) OVER () AS many FROM checked WHERE is_good),
    reserved AS (INSERT INTO case_numbers AS k SELECT p.prefix, yr, many FROM good LIMIT 1 ON CONFLICT (prefix, year) DO UPDATE SET last = k.last + excluded.last RETURNING last),
    numbered AS MATERIALIZED (SELECT good.*, nextval(pg_get_serial_sequence('loket.cases', 'case_id')) AS case_id, p.prefix || '-' || yr || '-' || lpad((last - many + nth)::text, 6, '0') AS case_no, 'finding-' || finding_id AS reference,
      jsonb_build_object('reference', 'finding-' || finding_id, 'change', ch || jsonb_build_object('opens', ch -> 'opens', 'texts', jsonb '[]')) AS body FROM good, reserved ORDER BY place),
    hashed AS MATERIALIZED (SELECT *, hash_of('\x', case_id, 1, p.queue_id, 'opened', a, NULL, 0, NULL, body, t, n) AS hash FROM numbered),
    c AS (INSERT INTO cases (case_id, case_no, queue_id, process, state, work, facts, received_at, opened_at, subject, ean, party_gln, customer_ref, reference, version, last_seq, last_hash) OVERRIDING SYSTEM VALUE
      SELECT case_id, case_no, p.queue_id, p.process, ch ->> 'to', work, ch -> 'facts', (ch ->> 'received_at')::timestamptz, n, party, ch -> 'facts' ->> 'ean', ch -> 'facts' ->> 'party_gln', ch -> 'facts' ->> 'customer_ref', reference, 1, 1, hash FROM hashed ORDER BY place),
    e AS (INSERT INTO case_events (at, legal_at, case_id, seq, queue_id, kind, agent_id, session_id, fence, cmd_id, body, prev_hash, hash)
      SELECT t, n, case_id, 1, p.queue_id, 'opened', a, NULL, 0, NULL, body, '\x', hash FROM hashed ORDER BY place),
    f AS (UPDATE wash_findings f SET case_id = hashed.case_id FROM hashed WHERE f.finding_id = hashed.finding_id)
    SELECT (SELECT array_agg(case_id) FROM hashed), (SELECT jsonb_agg(jsonb_build_object('id', finding_id, 'change', ch) ORDER BY place) FROM checked WHERE NOT is_good) INTO made, rest;
  INSERT INTO case_search (case_id, queue_id, doc, head) SELECT c.case_id, c.queue_id, search_doc(c.case_id), head_of(c) FROM cases c WHERE c.case_id = ANY (made);
  FOR one IN SELECT jsonb_array_elements(rest) LOOP
    opened := case_insert(one -> 'change', 'finding-' || (one ->> 'id'), a, NULL, NULL);
    UPDATE wash_findings SET case_id = opened.case_id WHERE finding_id = (one ->> 'id')::bigint;
    made := made || opened.case_id;
  END LOOP;
  -- what suppliers sent before there was a case is looked at in it (DW-I01-9, DW-BAS-26)
  UPDATE wash_updates u SET case_id = f.case_id FROM wash_findings f WHERE f.finding_id = ANY (ids) AND u.point = f.point AND u.state IN ('waiting', 'rejected')
    AND NOT EXISTS (SELECT 1 FROM cases o WHERE o.case_id = u.case_id AND o.work <> 'closed');
  UPDATE wash_runs SET counts = counts_add(counts, jsonb_build_object('opened', coalesce(cardinality(made), 0))) WHERE run_id = p_run;
  RETURN coalesce(cardinality(made), 0);
END $$;
CREATE FUNCTION loket_api.wash_runs(p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('lead', 'admin', 'auditor');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('run_id', r.run_id, 'kind', r.kind, 'scope', r.scope, 'file_ref', r.file_ref, 'origin', r.origin, 'origin_day', r.origin_day, 'state', r.state,
    'started_at', r.started_at, 'ended_at', r.ended_at, 'points', r.points, 'counts', r.counts) ORDER BY r.run_id DESC), '[]') FROM (SELECT * FROM wash_runs ORDER BY run_id DESC LIMIT least(p_limit, 200)) r);
END $$;

-- ---------------------------------------------------------------- what cases do to findings
-- The texts that a case found, as our row of the customer would have them.
CREATE FUNCTION wash_found(p_case cases) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ WITH t AS (SELECT k, (SELECT body FROM texts WHERE text_id = (p_case.facts -> k ->> 'text')::uuid) AS v FROM unnest(ARRAY['found_fnr', 'found_d_number', 'found_first_name', 'found_last_name', 'found_org', 'found_name']) k WHERE jsonb_typeof(p_case.facts -> k) = 'object'),
     m AS (SELECT coalesce(jsonb_object_agg(k, v) FILTER (WHERE v IS NOT NULL), '{}') AS j FROM t),
     p AS (SELECT j, coalesce(p_case.facts ->> 'user_kind', CASE WHEN j ?| ARRAY['found_fnr', 'found_d_number'] THEN 'person' ELSE 'business' END) = 'person' AS is_person FROM m)
   SELECT CASE WHEN j = '{}' THEN '{}'::jsonb WHEN is_person
     THEN jsonb_build_object('kind', 'private', 'identifier', coalesce(j -> 'found_fnr', j -> 'found_d_number'), 'first_name', j -> 'found_first_name', 'last_name', j -> 'found_last_name', 'organisation_name', '')
     ELSE jsonb_build_object('kind', 'business', 'identifier', j -> 'found_org', 'organisation_name', j -> 'found_name', 'first_name', '', 'last_name', '') END FROM p $$;
-- The update that a case looks at: the one that was said, else the first that waits. Others wait their turn.
CREATE FUNCTION wash_update_looked_at(p_case cases) RETURNS bigint LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce((SELECT update_id FROM wash_updates WHERE case_id = p_case.case_id AND update_id::text = p_case.facts ->> 'inbound_update'),
     (SELECT min(update_id) FROM wash_updates WHERE case_id = p_case.case_id AND state = 'waiting')) $$;
-- Whether a person of that number may be born on that day: 40 is added to the day of a D-number, 40, 65 or 80 to
-- the month of other series; emergency numbers, and what is no number, say nothing.
CREATE FUNCTION born_as(p_number text, p_day date) RETURNS bool LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_number ~ '^[0-7][0-9]{10}$' AND p_day IS NOT NULL THEN substr(p_number, 1, 2)::int IN (extract(day FROM p_day), extract(day FROM p_day) + 40)
     AND substr(p_number, 3, 2)::int - extract(month FROM p_day) IN (0, 40, 65, 80) AND substr(p_number, 5, 2)::int = extract(year FROM p_day)::int % 100 ELSE true END $$;
-- The words of a name as they sound: those of src/wash/name.rs.
CREATE FUNCTION words_that_sound(p_name text) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(array_agg(regexp_replace(regexp_replace(w, '(.)\1+', '\1', 'g'), 's?s[eo]n$', 'sen')), '{}')
   FROM regexp_split_to_table(translate(replace(replace(replace(replace(replace(replace(replace(fold(coalesce(p_name, '')), 'aa', 'a'), 'ae', 'a'), 'oe', 'o'), 'ch', 'k'), 'ck', 'k'), 'th', 't'), 'ph', 'f'), 'cwz', 'kvs'), '[^[:alnum:]]+') w WHERE w <> '' $$;
-- Of two private persons: whether the row as the update would have it is somebody else's by name. A couple has one
-- surname, a firm its owner's: in their cases the given name alone tells.
CREATE FUNCTION wash_other_name(u customers, p_data jsonb) RETURNS bool LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT cardinality(held) > 0 AND (NOT held && brought
     OR NOT words_that_sound(u.first_name) && given AND cardinality(given) > 0 AND u.first_name <> ''
       AND EXISTS (SELECT 1 FROM cases c WHERE c.customer_ref = u.customer_ref AND c.process = 'wash' AND c.work <> 'closed' AND c.facts ->> 'wash_code' IN ('a02', 'a03')))
   FROM (SELECT words_that_sound(concat_ws(' ', u.first_name, u.last_name)) AS held, words_that_sound(p_data ->> 'first_name') AS given,
     words_that_sound(concat_ws(' ', coalesce(p_data ->> 'first_name', u.first_name), coalesce(p_data ->> 'last_name', u.last_name))) AS brought) w $$;
-- Of an update: which end user it names. 'nobody' is of ours at that point; another 'kind' or 'number' than our row
-- has, or without an equal number another 'name', is another end user, whose coming is a takeover and needs consent
-- (DW-A02-7, DW-A03-5); else 'same'.
CREATE FUNCTION wash_names(p_customer text, p_data jsonb) RETURNS text LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce((SELECT CASE WHEN kind_ <> u.kind OR by_number <> u.kind THEN 'kind' WHEN n <> '' AND held NOT IN ('', n) OR held = '' AND NOT born_as(n, u.birth_date) THEN 'number'
       WHEN kind_ = 'private' AND (n = '' OR n <> held) AND wash_other_name(u, p_data) THEN 'name' ELSE 'same' END
     FROM customers u, LATERAL (SELECT regexp_replace(coalesce(p_data ->> 'identifier', ''), '[^0-9]', '', 'g') AS n, regexp_replace(u.identifier, '[^0-9]', '', 'g') AS held) a,
       LATERAL (SELECT CASE length(n) WHEN 9 THEN 'business' WHEN 11 THEN 'private' END AS by_number) b,
       LATERAL (SELECT coalesce(p_data ->> 'kind', by_number, CASE WHEN p_data ->> 'organisation_name' <> '' THEN 'business' WHEN p_data ->> 'last_name' <> '' THEN 'private' END, u.kind) AS kind_) c
     WHERE u.customer_ref = p_customer), 'nobody') $$;
CREATE FUNCTION wash_may_take(p_customer text, p_data jsonb) RETURNS void LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  CASE wash_names(p_customer, p_data)
    WHEN 'nobody' THEN PERFORM refuse('update_of_nobody', 'DW-BAS-12');
    WHEN 'kind' THEN PERFORM refuse('update_other_kind', 'DW-A03-5');
    WHEN 'number' THEN PERFORM refuse('update_other_number', 'DW-A02-7');
    WHEN 'name' THEN PERFORM refuse('update_other_name', 'DW-A02-7');
    ELSE NULL;
  END CASE;
END $$;
-- The finding has the code that its case has, whichever step gave it another.
CREATE FUNCTION wash_recode(p_case cases) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE was text; now_ text := upper(p_case.facts ->> 'wash_code');
BEGIN
  UPDATE wash_findings w SET code = now_ FROM wash_findings o WHERE o.finding_id = w.finding_id AND w.case_id = p_case.case_id AND w.state = 'open' AND w.code <> now_ RETURNING o.code INTO was;
  IF FOUND THEN PERFORM wash_count(was, 'found', -1); PERFORM wash_count(now_, 'found', 1); END IF;
END $$;
-- Called by `apply` after a change of such a case: corrections that it saves, how its finding ends, what
-- became of the update that it looked at.
CREATE FUNCTION wash_follow(p_case cases, p_change jsonb, p_agent int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := legal_now(); f wash_findings%ROWTYPE; d jsonb; why text;
BEGIN
  IF p_case.state = 'resolved_takeover' AND p_change ->> 'from' <> p_change ->> 'to' THEN
    PERFORM wash_takeover(p_case);
  ELSIF p_change -> 'messages' ? 'master_data_update' THEN
    d := wash_found(p_case);
    IF d <> '{}' AND p_case.customer_ref IS NULL THEN PERFORM refuse('no_customer_of_ours', 'DW-BAS-11'); END IF;
    PERFORM wash_correct(NULL, p_case.case_id, p_case.last_seq, NULL, coalesce(p_case.ean, p_case.facts ->> 'point', ''), p_case.customer_ref, d);
  END IF;
  IF p_change -> 'facts' ->> 'update_result' IN ('approved', 'rejected') THEN
    SELECT t_ ->> 'body' INTO why FROM jsonb_array_elements(p_change -> 'texts') t_ WHERE t_ ->> 'field' = 'reason' LIMIT 1;
    UPDATE wash_updates SET state = p_change -> 'facts' ->> 'update_result', ended_at = t, agent_id = p_agent, reason = why
      WHERE update_id = wash_update_looked_at(p_case) AND state <> 'approved' RETURNING data INTO d;
    IF p_change -> 'facts' ->> 'update_result' = 'approved' AND FOUND THEN
      PERFORM wash_may_take(p_case.customer_ref, d);
      PERFORM wash_correct(NULL, p_case.case_id, p_case.last_seq, NULL, coalesce(p_case.ean, ''), p_case.customer_ref, d);
    END IF;
  END IF;
  PERFORM wash_recode(p_case);
  IF p_case.work = 'closed' THEN
    UPDATE wash_findings SET state = CASE WHEN p_case.state = 'not_a_deviation' AND gone_run IS NOT NULL THEN 'gone' ELSE 'solved' END, how = p_case.state, ended_at = t WHERE case_id = p_case.case_id AND state = 'open' RETURNING * INTO f;
    IF FOUND THEN PERFORM wash_count(f.code, f.state, 1); END IF;
  ELSIF p_change ->> 'action' = 'reopen' THEN
    -- the newest finding of that point lives again, unless a later one does already
    UPDATE wash_findings w SET state = 'open', how = NULL, ended_at = NULL, gone_run = NULL FROM wash_findings o WHERE o.finding_id = w.finding_id AND w.case_id = p_case.case_id AND w.state <> 'open'
      AND NOT EXISTS (SELECT 1 FROM wash_findings x WHERE x.point = w.point AND x.state = 'open') RETURNING o.* INTO f;
    IF FOUND THEN PERFORM wash_count(f.code, f.state, -1); END IF;
  END IF;
END $$;
-- … and when that change is taken back: our row is as it was, the finding and the update are open again.
CREATE FUNCTION wash_unfollow(p_case cases, p_seq int, p_change jsonb) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE k wash_corrections%ROWTYPE; f wash_findings%ROWTYPE;
BEGIN
  FOR k IN UPDATE wash_corrections SET state = 'taken_back' WHERE case_id = p_case.case_id AND seq = p_seq AND state = 'by_case' RETURNING * LOOP PERFORM wash_restore(k); PERFORM search_again(ARRAY[k.customer_ref]); END LOOP;
  PERFORM wash_untake(p_case.case_id, p_seq);
  IF p_change -> 'facts' ? 'update_result' THEN UPDATE wash_updates SET state = 'waiting', ended_at = NULL, reason = NULL, agent_id = NULL WHERE state <> 'waiting' AND update_id = coalesce(
    (SELECT update_id FROM wash_updates WHERE case_id = p_case.case_id AND update_id::text = p_case.facts ->> 'inbound_update'),
    (SELECT update_id FROM wash_updates WHERE case_id = p_case.case_id AND state <> 'waiting' ORDER BY ended_at DESC LIMIT 1)); END IF;
  IF p_case.work <> 'closed' THEN
    UPDATE wash_findings w SET state = 'open', how = NULL, ended_at = NULL FROM wash_findings o WHERE o.finding_id = w.finding_id AND w.case_id = p_case.case_id AND w.state <> 'open'
      AND NOT EXISTS (SELECT 1 FROM wash_findings x WHERE x.point = w.point AND x.state = 'open') RETURNING o.* INTO f;
    IF FOUND THEN PERFORM wash_count(f.code, f.state, -1); END IF;
  END IF;
  PERFORM wash_recode(p_case);
END $$;
-- The old values of what was corrected, where nobody changed that since; the rest of the row is as it is now.
CREATE FUNCTION wash_restore(k wash_corrections) RETURNS void LANGUAGE sql SET search_path = loket, pg_catalog, pg_temp AS
$$ UPDATE customers u SET kind = CASE WHEN k.after ? 'kind' THEN k.before ->> 'kind' ELSE u.kind END,
     identifier = CASE WHEN k.after ? 'identifier' THEN k.before ->> 'identifier' ELSE u.identifier END,
     first_name = CASE WHEN k.after ? 'first_name' THEN k.before ->> 'first_name' ELSE u.first_name END,
     last_name = CASE WHEN k.after ? 'last_name' THEN k.before ->> 'last_name' ELSE u.last_name END,
     organisation_name = CASE WHEN k.after ? 'organisation_name' THEN k.before ->> 'organisation_name' ELSE u.organisation_name END,
     protected = coalesce((k.before ->> 'protected')::bool, u.protected)
   WHERE u.customer_ref = k.customer_ref AND jsonb_build_object('kind', u.kind, 'identifier', u.identifier, 'first_name', u.first_name, 'last_name', u.last_name, 'organisation_name', u.organisation_name) @> k.after $$;

-- A correction that no case made and that does not leave: our row as it was, and its finding open again, for a person.
CREATE FUNCTION wash_take_back(k wash_corrections) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE f wash_findings%ROWTYPE;
BEGIN
  PERFORM wash_restore(k);
  PERFORM search_again(ARRAY[k.customer_ref]);
  UPDATE wash_findings w SET state = 'open', how = 'taken_back', ended_at = NULL WHERE finding_id = k.finding_id AND w.state <> 'open'
    AND NOT EXISTS (SELECT 1 FROM wash_findings x WHERE x.point = w.point AND x.state = 'open') RETURNING * INTO f;
  IF FOUND THEN PERFORM wash_count(f.code, 'solved', -1); END IF;
END $$;

-- ---------------------------------------------------------------- corrections on their way
-- the supplier of a metering point, as the file said or else as the register has it
CREATE FUNCTION wash_supplier(p_point text, p_evidence jsonb) RETURNS text LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(p_evidence ->> 'supplier', (SELECT k.party_gln FROM contracts k WHERE k.ean = p_point AND k.side = 'supply' AND k.valid_from <= local_day('NO')
     AND (k.valid_to IS NULL OR k.valid_to >= local_day('NO')) ORDER BY k.valid_from DESC LIMIT 1)) $$;
-- Some of them, at the pace that is set; they come again after a minute, then after two and so on up to an hour, unless told.
CREATE FUNCTION loket_api.wash_corrections_take(p_limit int) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE room int; r jsonb;
BEGIN
  PERFORM require_role('worker', 'admin');
  PERFORM pg_advisory_xact_lock(4247, 2);            -- the pace is that of the database, however many workers
  SELECT least(p_limit, 500, greatest(0, s.per_minute - (SELECT count(*) FROM (SELECT 1 FROM wash_corrections WHERE taken_at > clock_timestamp() - interval '1 min' LIMIT s.per_minute) x)))::int INTO room FROM wash_settings s;
  WITH due AS (SELECT k.correction_id FROM wash_corrections k, settings s WHERE k.state = 'waiting' AND k.made_at + s.grace <= legal_now() AND (k.taken_at IS NULL OR k.taken_at < clock_timestamp() - interval '1 min' * least(60, 2 ^ least(k.attempts - 1, 6)))
        AND NOT is_protected(k.customer_ref, k.after ->> 'identifier', k.finding_id)
      ORDER BY k.correction_id LIMIT room FOR UPDATE OF k SKIP LOCKED),
    w AS (UPDATE wash_corrections k SET taken_at = clock_timestamp(), attempts = attempts + 1 FROM due WHERE k.correction_id = due.correction_id RETURNING k.*)
    SELECT coalesce(jsonb_agg(jsonb_build_object('correction_id', correction_id, 'point', point, 'supplier', coalesce(w.supplier, wash_supplier(w.point, (SELECT f.evidence FROM wash_findings f WHERE f.finding_id = w.finding_id))), 'customer_ref', customer_ref, 'after', after, 'made_at', made_at, 'idem_key', idem_key, 'attempts', attempts) ORDER BY correction_id), '[]') INTO r FROM w;
  RETURN r;
END $$;
CREATE INDEX wash_corrections_taken ON wash_corrections (taken_at) WHERE taken_at IS NOT NULL;
CREATE FUNCTION loket_api.wash_correction_told(p_id bigint, p_error text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  UPDATE wash_corrections SET state = CASE WHEN p_error IS NULL THEN 'sent' ELSE state END, sent_at = CASE WHEN p_error IS NULL THEN clock_timestamp() END, last_error = left(p_error, 200) WHERE correction_id = p_id AND state = 'waiting';
END $$;
-- Takes back corrections of a run, or one, that have not left; their findings are open again and need a person. Gives how many.
CREATE FUNCTION loket_api.wash_corrections_back(p_run bigint, p_id bigint, p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE k wash_corrections%ROWTYPE; n int := 0;
BEGIN
  PERFORM require_role('lead', 'admin');
  IF p_run IS NULL AND p_id IS NULL THEN PERFORM refuse('wash_nothing'); END IF;
  -- the messages of a customer's points go together, and none when one of them has left: their row is one
  FOR k IN UPDATE wash_corrections w SET state = 'taken_back' WHERE correction_id IN (SELECT b.correction_id FROM wash_corrections b
      JOIN (SELECT DISTINCT customer_ref, after, run_id FROM (SELECT * FROM wash_corrections WHERE state = 'waiting' AND attempts = 0 AND (p_run IS NULL OR run_id = p_run) AND (p_id IS NULL OR correction_id = p_id) ORDER BY correction_id LIMIT least(p_limit, 1000)) m) g
        ON b.customer_ref = g.customer_ref AND b.after = g.after AND b.run_id IS NOT DISTINCT FROM g.run_id AND b.state = 'waiting' AND b.case_id IS NULL
      WHERE NOT EXISTS (SELECT 1 FROM wash_corrections o WHERE o.customer_ref = g.customer_ref AND o.after = g.after AND o.run_id IS NOT DISTINCT FROM g.run_id AND o.case_id IS NULL AND (o.state = 'sent' OR o.state = 'waiting' AND o.attempts > 0))
      ORDER BY b.correction_id FOR UPDATE OF b) RETURNING * LOOP
    PERFORM wash_take_back(k);
    n := n + 1;
  END LOOP;
  RETURN n;
END $$;
CREATE FUNCTION loket_api.wash_pace(p_per_minute int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF p_per_minute IS NULL THEN PERFORM require_role('lead', 'admin', 'auditor', 'worker');
  ELSE
    PERFORM require_role('admin');
    IF p_per_minute NOT BETWEEN 1 AND 100000 THEN PERFORM refuse('bad_pace'); END IF;
    UPDATE wash_settings SET per_minute = p_per_minute;
  END IF;
  RETURN (SELECT per_minute FROM wash_settings);
END $$;

-- ---------------------------------------------------------------- faults
CREATE FUNCTION loket_api.wash_faults() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('lead', 'admin', 'auditor');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('fault', fault, 'code', code) ORDER BY fault), '[]') FROM (SELECT * FROM wash_faults ORDER BY fault LIMIT 2000) f);
END $$;
CREATE FUNCTION loket_api.wash_fault_set(p_fault text, p_code text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('admin');
BEGIN
  IF p_fault !~ '^[A-Z0-9_]{1,32}$' OR p_code IS NOT NULL AND p_code NOT IN ('GSRN', 'DUPLICATE', 'ORGNR', 'FNR', 'I01', 'I02', 'I04', 'A01', 'A02', 'A03', 'A04') THEN PERFORM refuse('bad_fault', 'DW-I03-2', jsonb_build_object('fault', left(p_fault, 40))); END IF;
  INSERT INTO wash_faults VALUES (p_fault, p_code, clock_timestamp()) ON CONFLICT (fault) DO UPDATE SET code = excluded.code, changed_at = excluded.changed_at;
  INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'wash_fault', jsonb_build_object('fault', p_fault, 'code', p_code));
END $$;

-- ---------------------------------------------------------------- updates of suppliers
-- Takes in one update; the same reference again is the same one. Names the live case of the point, which is told by its own action.
CREATE FUNCTION loket_api.wash_update_put(p_reference text, p_point text, p_supplier text, p_data jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE u wash_updates%ROWTYPE; fresh bool := true; c cases%ROWTYPE;
BEGIN
  PERFORM require_role('worker', 'admin');
  SELECT k.* INTO c FROM cases k WHERE k.case_id = coalesce((SELECT f.case_id FROM wash_findings f WHERE f.point = p_point AND f.state = 'open'),
    (SELECT max(o.case_id) FROM cases o WHERE o.process = 'wash' AND o.ean = p_point AND o.work <> 'closed'));
  INSERT INTO wash_updates (reference, point, supplier_gln, data, protected, received_at, case_id) VALUES (p_reference, p_point, coalesce(p_supplier, ''), jsonb_strip_nulls(p_data),
      is_protected(coalesce(c.customer_ref, wash_holder(p_point)), p_data ->> 'identifier', (SELECT max(finding_id) FROM wash_findings WHERE point = p_point)), legal_now(), c.case_id) ON CONFLICT DO NOTHING RETURNING * INTO u;
  IF NOT FOUND THEN
    SELECT * INTO u FROM wash_updates WHERE supplier_gln = coalesce(p_supplier, '') AND reference = p_reference AND (supplier_gln <> '' OR point = p_point);
    fresh := false;
    SELECT * INTO c FROM cases WHERE case_id = u.case_id;
  END IF;
  RETURN jsonb_build_object('update_id', u.update_id, 'new', fresh, 'state', u.state, 'case_id', c.case_id, 'version', c.version, 'case', CASE WHEN c.work <> 'closed' THEN facts_json(c) END);
END $$;
-- A case that a person opens looks at what suppliers sent of its point and no live case looks at (DW-BAS-26).
CREATE FUNCTION case_takes_updates() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  UPDATE wash_updates u SET case_id = NEW.case_id WHERE u.point = coalesce(NEW.ean, NEW.facts ->> 'point') AND u.state = 'waiting'
    AND NOT EXISTS (SELECT 1 FROM cases o WHERE o.case_id = u.case_id AND o.work <> 'closed');
  RETURN NULL;
END $$;
CREATE TRIGGER case_takes_updates AFTER INSERT ON cases FOR EACH ROW WHEN (NEW.process = 'wash' AND coalesce(NEW.reference, '') NOT LIKE 'finding-%') EXECUTE FUNCTION case_takes_updates();
-- Updates whose turn it is in a live case that was not told of one that waits, or was told what is true no more.
CREATE FUNCTION loket_api.wash_updates_untold(p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('update_id', x.update_id, 'new', false, 'state', x.state, 'names', x.names, 'case_id', x.case_id, 'version', x.version, 'case', facts_json(x.c)) ORDER BY x.update_id), '[]')
    FROM (SELECT u.update_id, u.state, q.names, c.case_id, c.version, c AS c FROM wash_updates u JOIN cases c USING (case_id), LATERAL (SELECT wash_names(c.customer_ref, u.data) AS names) q WHERE u.state = 'waiting' AND u.update_id > p_after AND c.work <> 'closed'
      AND CASE WHEN c.facts ->> 'inbound_update' = u.update_id::text THEN c.facts ->> 'update_names' IS DISTINCT FROM q.names
        ELSE NOT EXISTS (SELECT 1 FROM wash_updates o WHERE o.case_id = u.case_id AND o.state = 'waiting' AND (o.update_id < u.update_id OR o.update_id::text = c.facts ->> 'inbound_update')) END ORDER BY u.update_id LIMIT least(p_limit, 200)) x);
END $$;
-- The list: of a protected person only that there is something.
CREATE FUNCTION loket_api.wash_updates(p_state text, p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE q int := (SELECT queue_id FROM queues WHERE key = 'wash');
BEGIN
  PERFORM require_role('agent', 'lead', 'admin', 'auditor');
  IF NOT q = ANY (my_queues()) THEN PERFORM refuse('queue_not_yours'); END IF;
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('update_id', u.update_id, 'reference', u.reference, 'point', CASE WHEN u.hidden THEN '' ELSE u.point END, 'state', u.state, 'received_at', u.received_at, 'case_no', c.case_no,
      'what', CASE WHEN u.hidden THEN '[]' ELSE (SELECT coalesce(jsonb_agg(k ORDER BY k), '[]') FROM jsonb_object_keys(u.data) k) END, 'reason', u.reason,
      'names', CASE WHEN NOT u.hidden AND u.state = 'waiting' THEN u.names END) ORDER BY u.update_id), '[]')
    FROM (SELECT w.*, w.protected OR is_protected(wash_holder(w.point), w.data ->> 'identifier', (SELECT max(finding_id) FROM wash_findings f WHERE f.point = w.point)) AS hidden, wash_names(wash_holder(w.point), w.data) AS names
        FROM wash_updates w WHERE (p_state IS NULL OR w.state = p_state) AND w.update_id > p_after ORDER BY w.update_id LIMIT least(p_limit, 500)) u LEFT JOIN cases c USING (case_id));
END $$;
-- Ends an update that belongs to no live case; one that does is ended in its case.
CREATE FUNCTION loket_api.wash_update_end(p_id bigint, p_approve bool, p_reason text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); u wash_updates%ROWTYPE; ref_ text; made bigint;
BEGIN
  IF NOT (SELECT queue_id FROM queues WHERE key = 'wash') = ANY (my_queues()) THEN PERFORM refuse('queue_not_yours'); END IF;
  SELECT * INTO u FROM wash_updates WHERE update_id = p_id FOR UPDATE;
  IF NOT FOUND OR u.state <> 'waiting' THEN PERFORM refuse('update_ended', 'DW-BAS-12'); END IF;
  IF EXISTS (SELECT 1 FROM cases WHERE case_id = u.case_id AND work <> 'closed') THEN PERFORM refuse('update_in_case', 'DW-BAS-26', (SELECT jsonb_build_object('case', case_no) FROM cases WHERE case_id = u.case_id)); END IF;
  IF NOT p_approve AND coalesce(btrim(p_reason), '') = '' THEN PERFORM refuse('update_reason', 'DW-BAS-12'); END IF;
  IF p_approve THEN
    ref_ := wash_holder(u.point);
    PERFORM wash_may_take(ref_, u.data);
    made := wash_correct(NULL, NULL, NULL, NULL, u.point, ref_, u.data);
    UPDATE wash_corrections SET supplier = nullif(u.supplier_gln, '') WHERE correction_id = made;
  END IF;
  UPDATE wash_updates SET state = CASE WHEN p_approve THEN 'approved' ELSE 'rejected' END, reason = nullif(btrim(p_reason), ''), ended_at = legal_now(), agent_id = a WHERE update_id = p_id;
END $$;

-- ---------------------------------------------------------------- progress
CREATE FUNCTION loket_api.wash_milestone_set(p_name text, p_day date, p_codes text[], p_share numeric) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('lead', 'admin');
  IF p_day IS NULL THEN DELETE FROM wash_milestones WHERE name = p_name;
  ELSIF p_share IS NULL OR p_share NOT BETWEEN 0 AND 100 OR cardinality(p_codes) = 0 OR length(p_name) NOT BETWEEN 1 AND 60 THEN PERFORM refuse('bad_milestone', 'DW-GEN-13');
  ELSE INSERT INTO wash_milestones VALUES (p_name, p_day, p_codes, p_share) ON CONFLICT (name) DO UPDATE SET day = excluded.day, codes = excluded.codes, share = excluded.share; END IF;
END $$;
-- Totals by code and the last weeks, from what was counted when it happened: some rows a day, however
-- many findings there are.
CREATE FUNCTION loket_api.wash_progress(p_weeks int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('agent', 'lead', 'admin', 'auditor');
  RETURN jsonb_build_object(
    'points', coalesce((SELECT points FROM wash_runs WHERE kind = 'holdings' AND state = 'done' ORDER BY run_id DESC LIMIT 1), 0),
    'codes', (SELECT coalesce(jsonb_agg(jsonb_build_object('code', code, 'found', n_found, 'solved', n_solved, 'gone', n_gone) ORDER BY code), '[]') FROM
      (SELECT code, coalesce(sum(n) FILTER (WHERE what = 'found'), 0)::bigint AS n_found, coalesce(sum(n) FILTER (WHERE what = 'solved'), 0)::bigint AS n_solved, coalesce(sum(n) FILTER (WHERE what = 'gone'), 0)::bigint AS n_gone FROM wash_flow GROUP BY code) t),
    'weeks', (SELECT coalesce(jsonb_agg(jsonb_build_object('week', week, 'code', code, 'found', n_found, 'ended', ended) ORDER BY week, code), '[]') FROM
      (SELECT date_trunc('week', day)::date AS week, code, coalesce(sum(n) FILTER (WHERE what = 'found'), 0)::bigint AS n_found, coalesce(sum(n) FILTER (WHERE what <> 'found'), 0)::bigint AS ended FROM wash_flow WHERE day > local_day('NO') - 7 * least(p_weeks, 104) GROUP BY 1, 2) w),
    'milestones', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'day', day, 'codes', codes, 'share', share::float8) ORDER BY day, name), '[]') FROM (SELECT * FROM wash_milestones ORDER BY day, name LIMIT 200) m),
    'today', local_day('NO'));
END $$;

-- ---------------------------------------------------------------- extracts of the registers
-- As they were delivered; `name_key` is of the name as it sounds (identifiers.md 3.9).
CREATE TABLE register_persons (
  number text PRIMARY KEY CHECK (number ~ '^[0-9]{11}$'), first_name text NOT NULL, last_name text NOT NULL, birth_date text NOT NULL, street text NOT NULL, house_number text NOT NULL,
  postcode text NOT NULL, city text NOT NULL, deceased_on text NOT NULL, protected bool NOT NULL);
-- the searches that the register itself takes: by birth date, by address (formats 5.4)
CREATE INDEX register_persons_birth ON register_persons (birth_date);
CREATE INDEX register_persons_address ON register_persons (postcode, house_number);
CREATE TABLE register_enterprises (
  number text PRIMARY KEY CHECK (number ~ '^[0-9]{9}$'), name text NOT NULL, form text NOT NULL, street text NOT NULL, postcode text NOT NULL, city text NOT NULL,
  condition text NOT NULL CHECK (condition IN ('', 'deleted', 'bankrupt', 'winding_up')), name_key bigint NOT NULL);
CREATE INDEX register_enterprises_name ON register_enterprises (name_key);
-- A batch of rows; gives how many were new and changed. Of a number that stands twice the last one counts.
CREATE FUNCTION loket_api.register_put(p_kind text, p jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a jsonb;
BEGIN
  PERFORM require_role('admin');
  IF p_kind = 'persons' THEN
    WITH i AS (SELECT DISTINCT ON (r.number) r.* FROM jsonb_array_elements(p) WITH ORDINALITY x(j, n), jsonb_populate_record(NULL::register_persons, j) r ORDER BY r.number, n DESC),
      w AS (INSERT INTO register_persons AS t SELECT * FROM i ON CONFLICT (number) DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name, birth_date = excluded.birth_date, street = excluded.street,
        house_number = excluded.house_number, postcode = excluded.postcode, city = excluded.city, deceased_on = excluded.deceased_on, protected = excluded.protected
        WHERE t IS DISTINCT FROM excluded RETURNING (xmax = 0) AS fresh)
      SELECT jsonb_build_object('new', count(*) FILTER (WHERE fresh), 'changed', count(*) FILTER (WHERE NOT fresh)) INTO a FROM w;
  ELSE
    WITH i AS (SELECT DISTINCT ON (r.number) r.* FROM jsonb_array_elements(p) WITH ORDINALITY x(j, n), jsonb_populate_record(NULL::register_enterprises, j) r ORDER BY r.number, n DESC),
      w AS (INSERT INTO register_enterprises AS t SELECT * FROM i ON CONFLICT (number) DO UPDATE SET name = excluded.name, form = excluded.form, street = excluded.street, postcode = excluded.postcode, city = excluded.city,
        condition = excluded.condition, name_key = excluded.name_key WHERE t IS DISTINCT FROM excluded RETURNING (xmax = 0) AS fresh)
      SELECT jsonb_build_object('new', count(*) FILTER (WHERE fresh), 'changed', count(*) FILTER (WHERE NOT fresh)) INTO a FROM w;
  END IF;
  RETURN a;
END $$;
-- The rows of an extract behind one of them, for a comparison without a file of its own; kept who took them.
CREATE FUNCTION loket_api.register_rows(p_kind text, p_after text, p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('admin');
BEGIN
  IF p_after = '' THEN INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'register_taken', jsonb_build_object('register', p_kind)); END IF;
  IF p_kind = 'persons' THEN
    RETURN (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.number), '[]') FROM (SELECT * FROM register_persons WHERE number > p_after ORDER BY number LIMIT least(p_limit, 5000)) r);
  END IF;
  RETURN (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.number), '[]') FROM (SELECT * FROM register_enterprises WHERE number > p_after ORDER BY number LIMIT least(p_limit, 5000)) r);
END $$;
CREATE INDEX customers_norwegian ON customers (identifier) WHERE country = 'NO' AND identifier <> '';

-- ---------------------------------------------------------------- evidence, for the one who decides
-- A row as it may be seen: numbers and birth dates of persons are masked; `number_as` and `birth_as`
-- tell which of them are the same without saying what they are.
CREATE FUNCTION wash_seen(x jsonb, p_numbers text[], p_births text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('customer_ref', coalesce(x ->> 'customer_ref', ''), 'kind', kind,
     'name', concat_ws(' ', nullif(x ->> 'organisation_name', ''), nullif(x ->> 'first_name', ''), nullif(x ->> 'last_name', '')),
     'number', CASE WHEN kind = 'business' AND number ~ '^[0-9]{9}$' THEN number WHEN length(number) > 4 THEN repeat('*', length(number) - 2) || right(number, 2) ELSE repeat('*', length(number)) END,
     'number_as', coalesce(array_position(p_numbers, number), 0),
     'birth', CASE WHEN birth ~ '^[0-9]{4}-' THEN left(birth, 4) || '-**-**' ELSE repeat('*', length(birth)) END,
     'birth_as', coalesce(array_position(p_births, birth), 0),
     'address', concat_ws(', ', nullif(concat_ws(' ', nullif(x ->> 'street', ''), nullif(x ->> 'house_number', '')), ''), nullif(concat_ws(' ', nullif(x ->> 'postcode', ''), nullif(x ->> 'city', '')), '')),
     'valid_from', coalesce(x ->> 'valid_from', ''), 'valid_to', coalesce(x ->> 'valid_to', ''), 'deceased_on', coalesce(x ->> 'deceased_on', ''), 'condition', coalesce(x ->> 'condition', ''))
   FROM (SELECT coalesce(x ->> 'identifier', '') AS number, coalesce(x ->> 'birth_date', '') AS birth,
     coalesce(x ->> 'kind', CASE WHEN x ? 'organisation_name' THEN 'business' ELSE 'private' END) AS kind) k $$;
-- The finding of a case, at most five rows of each side. Of a protected person nothing of the rows.
CREATE FUNCTION finding_json(p_case bigint) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE f wash_findings%ROWTYPE; r wash_runs%ROWTYPE; hidden bool; grid jsonb := '[]'; supply jsonb := '[]'; reg jsonb; every jsonb; numbers text[]; births text[];
BEGIN
  SELECT * INTO f FROM wash_findings WHERE case_id = p_case ORDER BY finding_id DESC LIMIT 1;
  IF NOT FOUND THEN RETURN NULL; END IF;
  -- what a later file says of the same point is what is true now
  f.evidence := coalesce(f.newer -> 'evidence', f.evidence); f.side := coalesce(f.newer ->> 'side', f.side);
  SELECT * INTO r FROM wash_runs WHERE run_id = f.last_run;
  hidden := wash_hidden(p_case);
  IF NOT hidden THEN
    -- a nonconformity file names our customer alone: the row is our own
    SELECT coalesce(jsonb_agg(CASE WHEN x ? 'kind' THEN x ELSE x || coalesce(own, '{}') END ORDER BY n), '[]') INTO grid
      FROM jsonb_array_elements(coalesce(f.evidence -> 'grid', '[]')) WITH ORDINALITY e(x, n) LEFT JOIN LATERAL (SELECT jsonb_build_object('kind', u.kind, 'identifier', u.identifier, 'first_name', u.first_name, 'last_name', u.last_name,
        'organisation_name', u.organisation_name, 'birth_date', u.birth_date, 'street', u.street, 'house_number', u.house_number, 'postcode', u.postcode, 'city', u.city) AS own FROM customers u WHERE u.customer_ref = x ->> 'customer_ref') o ON true WHERE n <= 5;
    SELECT coalesce(jsonb_agg(x ORDER BY n), '[]') INTO supply FROM jsonb_array_elements(coalesce(f.evidence -> 'supply', '[]')) WITH ORDINALITY e(x, n) WHERE n <= 5;
    reg := CASE WHEN jsonb_typeof(f.evidence -> 'register') = 'object' THEN f.evidence -> 'register' END;
    every := grid || supply || coalesce(jsonb_build_array(reg), '[]');
    numbers := ARRAY(SELECT DISTINCT x ->> 'identifier' FROM jsonb_array_elements(every) x WHERE x ->> 'identifier' <> '');
    births := ARRAY(SELECT DISTINCT x ->> 'birth_date' FROM jsonb_array_elements(every) x WHERE x ->> 'birth_date' <> '');
  END IF;
  RETURN jsonb_build_object('code', lower(f.code), 'side', f.side, 'proposal', f.proposal, 'confidence', f.confidence, 'protected', hidden, 'times', f.times,
    'file_ref', r.file_ref, 'trouble', CASE WHEN f.state = 'open' AND f.how IN ('number_differs', 'unknown', 'taken_back') THEN f.how END, 'origin', r.origin, 'origin_day', r.origin_day, 'fault', f.evidence -> 'fault' ->> 'faultcode', 'computed', f.evidence ->> 'computed', 'newer', lower(f.newer ->> 'code'),
    'grid', (SELECT coalesce(jsonb_agg(wash_seen(x, numbers, births) ORDER BY n), '[]') FROM jsonb_array_elements(grid) WITH ORDINALITY e(x, n)),
    'supply', (SELECT coalesce(jsonb_agg(wash_seen(x, numbers, births) ORDER BY n), '[]') FROM jsonb_array_elements(supply) WITH ORDINALITY e(x, n)),
    'register', CASE WHEN reg IS NOT NULL THEN wash_seen(reg, numbers, births) END);
END $$;

-- ---------------------------------------------------------------- protected persons
-- Decision 21, formats 5.1: of a protected person nothing is shown, printed, exported or told to anybody, and
-- nobody is told why. One function says who is: by the reference of a customer, by the number of a person,
-- by a finding. What flips a protection on is in the triggers below, so that no writer gets past them.
CREATE FUNCTION is_protected(p_customer text, p_identifier text, p_finding bigint) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE number_ text := regexp_replace(p_identifier, '[^0-9]', '', 'g');
BEGIN
  IF p_customer IS NOT NULL AND EXISTS (SELECT 1 FROM customers WHERE customer_ref = p_customer AND protected) THEN RETURN true; END IF;
  IF length(number_) = 11 AND (EXISTS (SELECT 1 FROM register_persons WHERE number = number_ AND protected)
      OR EXISTS (SELECT 1 FROM customers WHERE country = 'NO' AND identifier = number_ AND identifier <> '' AND protected)) THEN RETURN true; END IF;
  RETURN p_finding IS NOT NULL AND EXISTS (SELECT 1 FROM wash_findings f WHERE f.finding_id = p_finding AND (f.protected OR wash_hides(f.evidence) OR wash_hides(f.newer -> 'evidence')));
END $$;
-- Whether anybody in the rows of a finding is.
CREATE FUNCTION wash_hides(p_evidence jsonb) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM jsonb_path_query(p_evidence, '$.grid[*]') x WHERE is_protected(x ->> 'customer_ref', x ->> 'identifier', NULL))
    OR EXISTS (SELECT 1 FROM jsonb_path_query(p_evidence, '$.*[*].identifier') x WHERE is_protected(NULL, x #>> '{}', NULL)); END $$;
-- What is left of the rows then: references, and which of them are protected.
CREATE FUNCTION wash_masked(p_evidence jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT coalesce(jsonb_object_agg(k, CASE k WHEN 'fault' THEN v - ARRAY['faultduetovalue', 'faultdescription', 'rest'] WHEN 'grid' THEN wash_references(v, true) WHEN 'supply' THEN wash_references(v, false) ELSE v END), '{}')
    FROM jsonb_each(p_evidence) e(k, v) WHERE k IN ('valid', 'computed', 'supplier', 'grid', 'supply', 'fault')); END $$;
-- the references of suppliers are theirs: one of ours that reads the same is another person
CREATE FUNCTION wash_references(p_rows jsonb, p_ours bool) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('customer_ref', x -> 'customer_ref', 'kind', x -> 'kind',
      'protected', CASE WHEN (x ->> 'protected')::bool OR is_protected(CASE WHEN p_ours THEN x ->> 'customer_ref' END, x ->> 'identifier', NULL) THEN true END)) ORDER BY n), '[]') FROM jsonb_array_elements(p_rows) WITH ORDINALITY r(x, n)); END $$;
-- Who is spoken of in the rows of a finding: references and numbers.
CREATE FUNCTION wash_people(p_evidence jsonb, p_newer jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT ARRAY(SELECT v FROM jsonb_array_elements_text(jsonb_path_query_array(p_evidence, '$.*[*].identifier') || jsonb_path_query_array(p_evidence, '$.grid[*].customer_ref')
     || CASE WHEN p_newer IS NULL THEN '[]' ELSE jsonb_path_query_array(p_newer, '$.evidence.*[*].identifier') || jsonb_path_query_array(p_newer, '$.evidence.grid[*].customer_ref') END) v WHERE v <> '') $$;
-- they are few, and every import asks for them
CREATE INDEX register_persons_hidden ON register_persons (number) WHERE protected;
CREATE INDEX customers_hidden ON customers (customer_ref) WHERE protected;
CREATE INDEX customers_hidden_number ON customers (identifier) WHERE protected AND country = 'NO' AND identifier <> '';
CREATE INDEX wash_findings_people ON wash_findings USING gin (wash_people(evidence, newer));
-- nobody plans by what is most frequent in these, and counting it costs more than all the rest
ALTER INDEX wash_findings_people ALTER COLUMN 1 SET STATISTICS 0;
ALTER TABLE wash_findings ALTER evidence SET STATISTICS 0;
ALTER TABLE wash_corrections ALTER before SET STATISTICS 0, ALTER after SET STATISTICS 0;
-- Who holds a metering point: by the contract in force, else by what was found last.
CREATE FUNCTION wash_holder(p_point text) RETURNS text LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce((SELECT k.customer_ref FROM contracts k WHERE k.ean = p_point AND k.side = 'grid' AND k.valid_from <= local_day('NO') AND (k.valid_to IS NULL OR k.valid_to >= local_day('NO')) ORDER BY k.valid_from DESC LIMIT 1),
     (SELECT evidence -> 'grid' -> 0 ->> 'customer_ref' FROM wash_findings WHERE point = p_point ORDER BY finding_id DESC LIMIT 1)) $$;
-- Whether anybody of a case is protected: its customer, whoever its finding speaks of, whoever's number was typed.
CREATE FUNCTION wash_hidden(p_case bigint) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT is_protected(c.customer_ref, NULL, (SELECT max(finding_id) FROM wash_findings WHERE case_id = c.case_id)) FROM cases c WHERE c.case_id = p_case)
    OR EXISTS (SELECT 1 FROM texts t WHERE t.case_id = p_case AND t.field IN ('found_fnr', 'found_d_number') AND is_protected(NULL, t.body, NULL)); END $$;

-- A Norwegian number is its digits, whoever writes it: grouped in another way it would be another number, and
-- no protection would hold. What has letters of its own is none and stays. Its name lets it fire first.
CREATE FUNCTION customer_a_number() RETURNS trigger LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE bare text := regexp_replace(regexp_replace(upper(NEW.identifier), '[^[:alnum:]]', '', 'g'), '^NO|MVA$', '', 'g');
BEGIN
  IF bare ~ '^[0-9]*$' THEN NEW.identifier := bare; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER customer_a_number BEFORE INSERT OR UPDATE ON customers FOR EACH ROW WHEN (NEW.country = 'NO' AND NEW.identifier ~ '[^0-9]') EXECUTE FUNCTION customer_a_number();
-- A row of a customer that arrives, by whatever import: the register knows better than a file.
CREATE FUNCTION customer_arrives() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  NEW.protected := EXISTS (SELECT 1 FROM register_persons WHERE number = NEW.identifier AND protected)
    OR EXISTS (SELECT 1 FROM customers WHERE country = 'NO' AND identifier = NEW.identifier AND identifier <> '' AND protected AND customer_ref <> NEW.customer_ref);
  RETURN NEW;
END $$;
CREATE TRIGGER customer_arrives BEFORE INSERT ON customers FOR EACH ROW WHEN (NEW.country = 'NO' AND NEW.identifier <> '' AND NOT NEW.protected) EXECUTE FUNCTION customer_arrives();
CREATE TRIGGER customer_renumbered BEFORE UPDATE ON customers FOR EACH ROW WHEN (NEW.country = 'NO' AND NEW.identifier <> '' AND NOT NEW.protected
  AND (OLD.protected OR OLD.country <> 'NO' OR OLD.identifier <> NEW.identifier)) EXECUTE FUNCTION customer_arrives();
-- Whoever becomes protected is found by name no more, his evidence goes, and what waited to leave is taken back.
CREATE FUNCTION customer_hidden() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE k wash_corrections%ROWTYPE;
BEGIN
  UPDATE wash_findings SET protected = true WHERE NOT protected AND wash_people(evidence, newer) && array_remove(ARRAY[NEW.customer_ref, CASE WHEN NEW.country = 'NO' THEN nullif(NEW.identifier, '') END], NULL);
  FOR k IN UPDATE wash_corrections SET state = CASE WHEN attempts = 0 THEN 'taken_back' ELSE 'kept' END WHERE customer_ref = NEW.customer_ref AND state = 'waiting' RETURNING * LOOP
    IF k.state = 'taken_back' THEN PERFORM wash_take_back(k); END IF;
  END LOOP;
  UPDATE customers SET protected = true WHERE country = 'NO' AND NEW.country = 'NO' AND identifier = NEW.identifier AND identifier <> '' AND NOT protected;
  PERFORM search_again(ARRAY[NEW.customer_ref]);
  RETURN NULL;
END $$;
CREATE TRIGGER customer_hidden_new AFTER INSERT ON customers FOR EACH ROW WHEN (NEW.protected) EXECUTE FUNCTION customer_hidden();
CREATE TRIGGER customer_hidden AFTER UPDATE ON customers FOR EACH ROW WHEN (NEW.protected AND NOT OLD.protected) EXECUTE FUNCTION customer_hidden();
-- Whoever the register protects is protected here too (formats 5.1), a customer or not.
CREATE FUNCTION person_hidden() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  UPDATE wash_findings SET protected = true WHERE NOT protected AND wash_people(evidence, newer) && ARRAY[NEW.number];
  UPDATE customers SET protected = true WHERE country = 'NO' AND identifier = NEW.number AND identifier <> '' AND NOT protected;
  RETURN NULL;
END $$;
CREATE TRIGGER person_hidden_new AFTER INSERT ON register_persons FOR EACH ROW WHEN (NEW.protected) EXECUTE FUNCTION person_hidden();
CREATE TRIGGER person_hidden AFTER UPDATE ON register_persons FOR EACH ROW WHEN (NEW.protected AND NOT OLD.protected) EXECUTE FUNCTION person_hidden();
-- A protected finding keeps references and nothing else, whoever writes it.
CREATE FUNCTION finding_masked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  NEW.evidence := wash_masked(NEW.evidence);
  NEW.newer := CASE WHEN NEW.newer ? 'evidence' THEN jsonb_set(NEW.newer, '{evidence}', wash_masked(NEW.newer -> 'evidence')) ELSE NEW.newer END;
  NEW.pattern := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER finding_masked BEFORE INSERT OR UPDATE ON wash_findings FOR EACH ROW WHEN (NEW.protected) EXECUTE FUNCTION finding_masked();
-- … and its rows that are protected are so everywhere; of its corrections none leaves any more.
CREATE FUNCTION finding_hidden() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE k wash_corrections%ROWTYPE;
BEGIN
  UPDATE customers SET protected = true WHERE NOT protected
    AND customer_ref IN (SELECT x ->> 'customer_ref' FROM (VALUES (NEW.evidence), (NEW.newer -> 'evidence')) v(e), jsonb_path_query(v.e, '$.grid[*] ? (@.protected == true)') x);
  FOR k IN UPDATE wash_corrections SET state = CASE WHEN attempts = 0 THEN 'taken_back' ELSE 'kept' END WHERE finding_id = NEW.finding_id AND state = 'waiting' RETURNING * LOOP
    IF k.state = 'taken_back' THEN PERFORM wash_take_back(k); END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER finding_hidden_new AFTER INSERT ON wash_findings FOR EACH ROW WHEN (NEW.protected) EXECUTE FUNCTION finding_hidden();
CREATE TRIGGER finding_hidden AFTER UPDATE ON wash_findings FOR EACH ROW WHEN (NEW.protected AND NOT OLD.protected) EXECUTE FUNCTION finding_hidden();

-- ---------------------------------------------------------------- takeovers
-- The takeover of an installation: another end user at one metering point. The one who stood there keeps
-- his row and his other points; who comes has a row of his own and a contract from today (DW-I02-10,
-- DW-I03-7, DW-I04-4, DW-A01-9). Kept for as long as it may be taken back, and with its end code (DW-I04-7).
CREATE SEQUENCE wash_customers;
CREATE TABLE wash_takeovers (
  case_id bigint NOT NULL REFERENCES cases, seq int NOT NULL, point text NOT NULL, customer_ref text NOT NULL, made bool NOT NULL,   -- whether the row of the customer was made for it
  contract_id bigint, was jsonb NOT NULL,                         -- the contracts that it ended, as they were
  end_code text, made_at timestamptz NOT NULL, PRIMARY KEY (case_id, seq));
-- Who comes: what the case found, else what the supplier holds; nobody where the customer keeps the identity that we have (DW-A03-8).
CREATE FUNCTION wash_newcomer(p_case cases) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a jsonb := jsonb_strip_nulls(wash_found(p_case)); x jsonb;
BEGIN
  IF a = '{}' AND p_case.facts ->> 'wash_code' IN ('a01', 'a02', 'a03') THEN
    SELECT coalesce(newer -> 'evidence', evidence) -> 'supply' -> 0 INTO x FROM wash_findings WHERE case_id = p_case.case_id ORDER BY finding_id DESC LIMIT 1;
    IF coalesce(x ->> 'last_name', x ->> 'organisation_name', x ->> 'identifier', '') = '' THEN RETURN '{}'; END IF;
    a := jsonb_build_object('kind', coalesce(x ->> 'kind', 'private'), 'identifier', coalesce(x ->> 'identifier', ''), 'first_name', coalesce(x ->> 'first_name', ''),
      'last_name', coalesce(x ->> 'last_name', ''), 'organisation_name', coalesce(x ->> 'organisation_name', ''), 'birth_date', x ->> 'birth_date');
    IF p_case.facts ->> 'wash_code' = 'a03' AND (p_case.facts ->> 'kept_identity' = 'business') <> (a ->> 'kind' = 'business') THEN RETURN '{}'; END IF;
  END IF;
  RETURN a;
END $$;
-- The contract of who comes begins today; what runs ends the day before, what is agreed for later stays. Nothing is
-- recorded half: who comes, the point and whose grid it is must be known, else the step is refused.
CREATE FUNCTION wash_takeover(p_case cases) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a jsonb := wash_newcomer(p_case); ref_ text; fresh bool := false; was jsonb; i bigint; d date := local_day('NO'); party text; point_ text := coalesce(p_case.ean, p_case.facts ->> 'point', '');
BEGIN
  IF a = '{}' THEN
    -- the customer keeps the identity that we have: nobody comes (DW-A03-8)
    IF p_case.facts ->> 'wash_code' = 'a03' AND EXISTS (SELECT 1 FROM customers WHERE customer_ref = p_case.customer_ref AND (kind = 'business') = (p_case.facts ->> 'kept_identity' = 'business')) THEN RETURN; END IF;
    PERFORM refuse('takeover_of_nobody', 'DW-A01-9');
  END IF;
  SELECT customer_ref INTO ref_ FROM customers WHERE country = 'NO' AND identifier = a ->> 'identifier' AND identifier <> '' ORDER BY (customer_ref = p_case.customer_ref) DESC, customer_ref LIMIT 1;
  IF ref_ = p_case.customer_ref THEN                   -- it is who stands there: a correction, and no takeover
    PERFORM wash_correct(NULL, p_case.case_id, p_case.last_seq, NULL, point_, ref_, a - 'birth_date'); RETURN;
  END IF;
  IF EXISTS (SELECT 1 FROM contracts WHERE ean = point_ AND side = 'grid' AND customer_ref IS DISTINCT FROM ref_ AND valid_from = d AND coalesce(valid_to, d) >= d) THEN
    PERFORM refuse('takeover_begins_today', 'DW-A01-10'); END IF;
  SELECT coalesce(jsonb_agg(jsonb_build_object('contract_id', k.contract_id, 'valid_to', k.valid_to) ORDER BY k.contract_id), '[]'), max(k.party_gln) INTO was, party
    FROM (SELECT * FROM contracts WHERE ean = point_ AND side = 'grid' AND customer_ref IS DISTINCT FROM ref_ AND valid_from < d AND (valid_to IS NULL OR valid_to >= d) FOR UPDATE) k;
  party := coalesce(party, (SELECT gln FROM parties WHERE gln = (SELECT grid_operator_gln FROM connections WHERE ean = point_)),
    (SELECT gln FROM own_operators JOIN parties USING (gln) ORDER BY country = 'NO' DESC, gln LIMIT 1));
  IF party IS NULL THEN PERFORM refuse('takeover_no_operator', 'DW-GEN-04'); END IF;
  IF NOT EXISTS (SELECT 1 FROM connections WHERE ean = point_) THEN PERFORM refuse('takeover_no_point', 'DW-GEN-04', jsonb_build_object('point', point_)); END IF;
  IF ref_ IS NULL THEN
    LOOP
      ref_ := 'W' || lpad(nextval('wash_customers')::text, 7, '0');
      INSERT INTO customers (customer_ref, country, kind, first_name, last_name, organisation_name, identifier, birth_date, language)
        VALUES (ref_, 'NO', coalesce(a ->> 'kind', 'private'), coalesce(a ->> 'first_name', ''), coalesce(a ->> 'last_name', ''), coalesce(a ->> 'organisation_name', ''), coalesce(a ->> 'identifier', ''),
          birth_day(a ->> 'birth_date'), 'nb') ON CONFLICT DO NOTHING;
      EXIT WHEN FOUND;
    END LOOP;
    fresh := true;
  END IF;
  UPDATE contracts SET valid_to = d - 1 WHERE contract_id IN (SELECT (x ->> 'contract_id')::bigint FROM jsonb_array_elements(was) x);
  IF NOT EXISTS (SELECT 1 FROM contracts WHERE ean = point_ AND side = 'grid' AND customer_ref = ref_ AND valid_from <= d AND (valid_to IS NULL OR valid_to >= d)) THEN
    INSERT INTO contracts (ean, customer_ref, side, party_gln, valid_from, valid_to)
      VALUES (point_, ref_, 'grid', party, d, (SELECT min(valid_from) - 1 FROM contracts WHERE ean = point_ AND side = 'grid' AND valid_from > d AND (valid_to IS NULL OR valid_to >= valid_from))) RETURNING contract_id INTO i;
  END IF;
  INSERT INTO wash_takeovers VALUES (p_case.case_id, p_case.last_seq, point_, ref_, fresh, i, was, p_case.facts ->> 'end_code', legal_now());
END $$;
-- … and back: the contracts as they were, and no row of a customer that nobody needs.
CREATE FUNCTION wash_untake(p_case bigint, p_seq int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t wash_takeovers%ROWTYPE;
BEGIN
  DELETE FROM wash_takeovers WHERE case_id = p_case AND seq = p_seq RETURNING * INTO t;
  IF NOT FOUND THEN RETURN; END IF;
  DELETE FROM contracts WHERE contract_id = t.contract_id;
  UPDATE contracts k SET valid_to = (x ->> 'valid_to')::date FROM jsonb_array_elements(t.was) x WHERE k.contract_id = (x ->> 'contract_id')::bigint;
  DELETE FROM customers u WHERE t.made AND u.customer_ref = t.customer_ref AND NOT EXISTS (SELECT 1 FROM contracts WHERE customer_ref = u.customer_ref)
    AND NOT EXISTS (SELECT 1 FROM cases WHERE customer_ref = u.customer_ref) AND NOT EXISTS (SELECT 1 FROM wash_corrections WHERE customer_ref = u.customer_ref);
END $$;
