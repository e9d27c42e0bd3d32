-- The register of signals: what was signalled about whom, of what kind, when (GT-06), and the count that
-- proposes a party to the joint operators (GT-17). A signal is a row that follows from an event of a case.
SET LOCAL search_path = loket, pg_catalog, ext;

CREATE TABLE signals (
  case_id bigint NOT NULL REFERENCES cases, seq int NOT NULL,     -- the event
  party_gln text NOT NULL, signal_type text NOT NULL,             -- 'unknown' where the report of a party names none
  received_at timestamptz NOT NULL, PRIMARY KEY (case_id, seq));
CREATE INDEX signals_party ON signals (party_gln, signal_type, received_at);
CREATE INDEX signals_of ON signals (party_gln, received_at, case_id, seq);
CREATE INDEX signals_at ON signals (received_at);
CREATE INDEX cases_offender ON cases (party_gln, opened_at) WHERE process = 'repeat_offender';
-- What was counted when a party was proposed: the signals as they were. Nothing changes them, also when one is
-- taken back; the digest of what the count held stands in the event of the opening. A signal that stands here
-- was put before people and proposes nobody again.
CREATE TABLE offender_evidence (
  case_id bigint NOT NULL REFERENCES cases, n int NOT NULL, signal_case bigint NOT NULL, signal_seq int NOT NULL, case_no text NOT NULL, party_gln text NOT NULL, signal_type text NOT NULL,
  received_at timestamptz NOT NULL, noted_at timestamptz NOT NULL, event_hash bytea NOT NULL, PRIMARY KEY (case_id, n));
CREATE INDEX offender_evidence_signal ON offender_evidence (signal_case, signal_seq);
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON offender_evidence FOR EACH ROW EXECUTE FUNCTION deny_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON offender_evidence FOR EACH STATEMENT EXECUTE FUNCTION deny_change();
-- how many like signals in how many days propose a party
ALTER TABLE settings ADD offender_signals int NOT NULL DEFAULT 3 CHECK (offender_signals BETWEEN 2 AND 1000),
  ADD offender_days int NOT NULL DEFAULT 90 CHECK (offender_days BETWEEN 1 AND 3650);

-- An opening and each further signal are one; so is the report of a party whose findings were accepted.
-- The caller wrote the event just now.
CREATE FUNCTION signal_note(c cases, p_change jsonb) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v_action text := p_change ->> 'action';
BEGIN
  IF c.party_gln IS NULL THEN RETURN; END IF;
  IF c.process = 'repeat_offender' AND v_action = 'open' THEN PERFORM signals_freeze(c); END IF;
  IF c.process = 'doubt' AND v_action IN ('open', 'further_signal') OR c.process = 'party_report' AND v_action = 'accept_findings' THEN
    INSERT INTO signals VALUES (c.case_id, c.last_seq, c.party_gln, coalesce(p_change -> 'answers' ->> 'signal_type', c.facts ->> 'signal_type', 'unknown'),
      CASE WHEN v_action = 'further_signal' THEN (p_change ->> 'at')::timestamptz ELSE c.received_at END) ON CONFLICT DO NOTHING;
  END IF;
END $$;

-- What counts: signals of the last days of the country, of which today is one, that no proposal froze yet.
-- When they happened counts, not when they were told.
CREATE FUNCTION signals_counting(p_now timestamptz, p_days int) RETURNS SETOF signals LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT s.* FROM signals s WHERE s.received_at >= ((p_now AT TIME ZONE zone_of('NL'))::date - p_days + 1)::timestamp AT TIME ZONE zone_of('NL') AND s.received_at <= p_now
     AND s.signal_type <> 'unknown' AND NOT EXISTS (SELECT 1 FROM offender_evidence o WHERE o.signal_case = s.case_id AND o.signal_seq = s.seq) $$;
-- Those of a party and a kind (NULL: of any), as they are frozen.
CREATE FUNCTION signals_found(p_party text, p_type text, p_now timestamptz, p_days int) RETURNS SETOF offender_evidence LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT 0::bigint, row_number() OVER (ORDER BY s.received_at, s.case_id, s.seq)::int, s.case_id, s.seq, c.case_no, s.party_gln, s.signal_type, s.received_at, e.legal_at, e.hash
     FROM signals_counting(p_now, p_days) s JOIN cases c USING (case_id) JOIN case_events e ON e.case_id = s.case_id AND e.seq = s.seq
     WHERE s.party_gln = p_party AND (p_type IS NULL OR s.signal_type = p_type) $$;
CREATE FUNCTION signals_digest(p offender_evidence[]) RETURNS text LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', x.n, x.signal_case, x.signal_seq, x.case_no, x.party_gln, x.signal_type, extract(epoch FROM x.received_at), extract(epoch FROM x.noted_at), encode(x.event_hash, 'hex')), E'\n' ORDER BY x.n), ''), 'UTF8')), 'hex')
     FROM unnest(p) x $$;
-- With the opening of a proposal. What a count says that it counted must be what counts.
CREATE FUNCTION signals_freeze(c cases) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE f offender_evidence[]; days int := coalesce((c.facts ->> 'window_days')::int, (SELECT offender_days FROM settings));
BEGIN
  f := ARRAY(SELECT x FROM signals_found(c.party_gln, c.facts ->> 'signal_type', legal_now(), days) x ORDER BY x.n);
  IF c.facts ->> 'proposed_by' = 'threshold' AND (cardinality(f) < (SELECT offender_signals FROM settings) OR c.facts ->> 'evidence_digest' IS DISTINCT FROM signals_digest(f)) THEN PERFORM refuse('evidence_changed', 'GT-17'); END IF;
  INSERT INTO offender_evidence SELECT c.case_id, x.n, x.signal_case, x.signal_seq, x.case_no, x.party_gln, x.signal_type, x.received_at, x.noted_at, x.event_hash FROM unnest(f) x;
END $$;
-- What is frozen of a proposal, in order, behind the n-th; at most 2,000.
CREATE FUNCTION loket_api.offender_evidence(p_case bigint, p_after int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE mine int[] := own_queues();
BEGIN
  PERFORM require_agent();
  IF NOT EXISTS (SELECT 1 FROM cases c WHERE c.case_id = p_case AND c.process = 'repeat_offender' AND c.queue_id = ANY (mine)) THEN PERFORM refuse('case_not_found'); END IF;
  RETURN (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.n), '[]') FROM (
    SELECT o.n, o.received_at, o.noted_at, o.signal_type, o.signal_case AS case_id, CASE WHEN c.queue_id = ANY (mine) THEN o.case_no ELSE '' END AS case_no, o.signal_seq AS seq, encode(o.event_hash, 'hex') AS event_hash
      FROM offender_evidence o JOIN cases c ON c.case_id = o.signal_case WHERE o.case_id = p_case AND o.n > p_after ORDER BY o.n LIMIT 2000) x);
END $$;
-- Proposals of the count whose frozen signals are not those of their event.
CREATE FUNCTION loket_api.verify_evidence() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('auditor', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(c.case_no ORDER BY c.case_no), '[]') FROM cases c WHERE c.process = 'repeat_offender' AND c.facts ->> 'proposed_by' = 'threshold'
    AND c.facts ->> 'evidence_digest' IS DISTINCT FROM signals_digest(ARRAY(SELECT o FROM offender_evidence o WHERE o.case_id = c.case_id ORDER BY o.n)));
END $$;

-- Signals by month of the country, party and kind, for those whose queue it is.
CREATE FUNCTION loket_api.signals_register(p_from date, p_to date) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE q int := (SELECT queue_id FROM processes WHERE process = 'repeat_offender'); z text := zone_of('NL');
BEGIN
  PERFORM require_agent();
  IF NOT own_queues() && ARRAY[q] THEN PERFORM refuse('queue_not_yours'); END IF;
  IF p_to - p_from NOT BETWEEN 0 AND 3700 THEN PERFORM refuse('too_many', '', '{"most":3700}'); END IF;
  RETURN (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT date_trunc('month', s.received_at AT TIME ZONE z)::date AS month, s.party_gln, coalesce(p.name, '') AS party, s.signal_type, count(*) AS signals, count(DISTINCT s.case_id) AS cases
      FROM signals s LEFT JOIN parties p ON p.gln = s.party_gln
      WHERE s.received_at >= p_from::timestamp AT TIME ZONE z AND s.received_at < p_to::timestamp AT TIME ZONE z
      GROUP BY 1, 2, 3, 4 ORDER BY 1, 5 DESC, 2, 4 LIMIT 20000) x);
END $$;

-- Parties with signals in a period, those with most first: how many of each kind, what the count of today
-- holds against the threshold, and the open case about them, if there is one. At most 500.
CREATE FUNCTION loket_api.signal_parties(p_from date, p_to date) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE q int := (SELECT queue_id FROM processes WHERE process = 'repeat_offender'); z text := zone_of('NL'); n timestamptz := legal_now(); st settings%ROWTYPE;
BEGIN
  PERFORM require_agent();
  IF NOT own_queues() && ARRAY[q] THEN PERFORM refuse('queue_not_yours'); END IF;
  IF p_to - p_from NOT BETWEEN 0 AND 3700 THEN PERFORM refuse('too_many', '', '{"most":3700}'); END IF;
  SELECT * INTO st FROM settings;
  RETURN jsonb_build_object('threshold', st.offender_signals, 'days', st.offender_days, 'parties', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT k.party_gln, coalesce(p.name, '') AS party, k.signals, k.kinds, k.last_at,
        coalesce((SELECT max(y.like_it) FROM (SELECT count(*) AS like_it FROM signals_counting(n, st.offender_days) s WHERE s.party_gln = k.party_gln GROUP BY s.signal_type) y), 0) AS alike,
        (SELECT jsonb_build_object('case_id', c.case_id, 'case_no', c.case_no, 'state', c.state) FROM cases c
          WHERE c.process = 'repeat_offender' AND c.party_gln = k.party_gln AND c.work <> 'closed' ORDER BY c.opened_at DESC LIMIT 1) AS proposal
      FROM (SELECT o.party_gln, sum(o.n)::bigint AS signals, max(o.last_at) AS last_at, jsonb_agg(jsonb_build_array(o.signal_type, o.n) ORDER BY o.n DESC, o.signal_type) AS kinds
        FROM (SELECT s.party_gln, s.signal_type, count(*) AS n, max(s.received_at) AS last_at FROM signals s
          WHERE s.received_at >= p_from::timestamp AT TIME ZONE z AND s.received_at < p_to::timestamp AT TIME ZONE z GROUP BY 1, 2) o
        GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT 500) k
      LEFT JOIN parties p ON p.gln = k.party_gln ORDER BY k.signals DESC, k.last_at DESC, k.party_gln) x));
END $$;

-- The signals about one party in a period, the newest first, before a place in that list. Of a case in a
-- queue of others it is told that there is one.
CREATE FUNCTION loket_api.signals_of_party(p_gln text, p_from date, p_to date, p_before timestamptz, p_case bigint, p_seq int, p_limit int) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE q int := (SELECT queue_id FROM processes WHERE process = 'repeat_offender'); z text := zone_of('NL'); mine int[] := own_queues();
BEGIN
  PERFORM require_agent();
  IF NOT mine && ARRAY[q] THEN PERFORM refuse('queue_not_yours'); END IF;
  IF p_to - p_from NOT BETWEEN 0 AND 3700 THEN PERFORM refuse('too_many', '', '{"most":3700}'); END IF;
  RETURN (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT s.received_at, s.signal_type, s.case_id, CASE WHEN c.queue_id = ANY (mine) THEN c.case_no ELSE '' END AS case_no, c.process, c.state, s.seq
      FROM signals s JOIN cases c USING (case_id)
      WHERE s.party_gln = p_gln AND s.received_at >= p_from::timestamp AT TIME ZONE z AND s.received_at < p_to::timestamp AT TIME ZONE z
        AND (p_before IS NULL OR (s.received_at, s.case_id, s.seq) < (p_before, p_case, p_seq))
      ORDER BY s.received_at DESC, s.case_id DESC, s.seq DESC LIMIT least(greatest(p_limit, 1), 2000)) x);
END $$;

-- Who has come so far by signals that no proposal froze yet, with the digest of them and at most 50 cases behind
-- them; the worker opens a proposal of each.
CREATE FUNCTION loket_api.offenders_due(p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := legal_now(); st settings%ROWTYPE;
BEGIN
  PERFORM require_role('worker', 'admin');
  SELECT * INTO st FROM settings;
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('party_gln', k.party_gln, 'signal_type', k.signal_type, 'days', st.offender_days, 'signals', cardinality(f.rows_), 'digest', signals_digest(f.rows_),
      'cases', (SELECT jsonb_agg(y.case_no) FROM (SELECT DISTINCT x.case_no FROM unnest(f.rows_) x ORDER BY 1 LIMIT 50) y)) ORDER BY k.n DESC, k.party_gln, k.signal_type), '[]')
    FROM (SELECT s.party_gln, s.signal_type, count(*) AS n FROM signals_counting(t, st.offender_days) s
        WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.process = 'repeat_offender' AND c.party_gln = s.party_gln AND c.work <> 'closed')
        GROUP BY 1, 2 HAVING count(*) >= st.offender_signals ORDER BY 3 DESC, 1, 2 LIMIT least(p_limit, 100)) k,
      LATERAL (SELECT ARRAY(SELECT x FROM signals_found(k.party_gln, k.signal_type, t, st.offender_days) x ORDER BY x.n) AS rows_) f);
END $$;

-- the count that proposes; NULL leaves it. Gives what holds.
CREATE FUNCTION loket_api.offender_rule(p_signals int, p_days int) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int; st settings%ROWTYPE;
BEGIN
  IF p_signals IS NOT NULL OR p_days IS NOT NULL THEN
    a := require_role('admin', 'lead');
    IF p_signals NOT BETWEEN 2 AND 1000 OR p_days NOT BETWEEN 1 AND 3650 THEN PERFORM refuse('bad_threshold', 'GT-17'); END IF;
    UPDATE settings SET offender_signals = coalesce(p_signals, offender_signals), offender_days = coalesce(p_days, offender_days) RETURNING * INTO st;
    INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'offender_rule', jsonb_build_object('signals', st.offender_signals, 'days', st.offender_days));
  ELSE
    PERFORM require_agent();
    SELECT * INTO st FROM settings;
  END IF;
  RETURN jsonb_build_object('signals', st.offender_signals, 'days', st.offender_days);
END $$;
