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
-- how many like signals in how many days propose a party
ALTER TABLE settings ADD offender_signals int NOT NULL DEFAULT 3 CHECK (offender_signals BETWEEN 2 AND 1000),
  ADD offender_days int NOT NULL DEFAULT 90 CHECK (offender_days BETWEEN 1 AND 3650);

-- An opening and each further signal are one; so is the report of a party whose findings were accepted.
-- The caller wrote the event just now.
CREATE FUNCTION signal_note(c cases, p_change jsonb) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v_action text := p_change ->> 'action';
BEGIN
  IF c.party_gln IS NULL THEN RETURN; END IF;
  IF c.process = 'doubt' AND v_action IN ('open', 'further_signal') OR c.process = 'party_report' AND v_action = 'accept_findings' THEN
    INSERT INTO signals VALUES (c.case_id, c.last_seq, c.party_gln, coalesce(p_change -> 'answers' ->> 'signal_type', c.facts ->> 'signal_type', 'unknown'),
      CASE WHEN v_action = 'further_signal' THEN (p_change ->> 'at')::timestamptz ELSE c.received_at END) ON CONFLICT DO NOTHING;
  END IF;
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
        coalesce((SELECT max(y.like_it) FROM (SELECT count(*) AS like_it FROM signals s
          WHERE s.party_gln = k.party_gln AND s.signal_type <> 'unknown' AND s.received_at > n - make_interval(days => st.offender_days)
            AND s.received_at > coalesce((SELECT max(c.opened_at) FROM cases c WHERE c.process = 'repeat_offender' AND c.party_gln = k.party_gln), '-infinity')
          GROUP BY s.signal_type) y), 0) AS alike,
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

-- Who has come so far since a case was opened about the party last, with the cases behind it; the worker
-- opens a proposal of each.
CREATE FUNCTION loket_api.offenders_due(p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n timestamptz := legal_now(); st settings%ROWTYPE;
BEGIN
  PERFORM require_role('worker', 'admin');
  SELECT * INTO st FROM settings;
  RETURN (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT s.party_gln, s.signal_type, max(s.received_at) AS last_at, st.offender_days AS days,
        (SELECT jsonb_agg(y.case_no) FROM (SELECT DISTINCT c.case_no FROM signals z JOIN cases c USING (case_id)
          WHERE z.party_gln = s.party_gln AND z.signal_type = s.signal_type AND z.received_at > n - make_interval(days => st.offender_days) ORDER BY 1 LIMIT 50) y) AS cases
      FROM signals s
      WHERE s.received_at > n - make_interval(days => st.offender_days) AND s.signal_type <> 'unknown'
        AND s.received_at > coalesce((SELECT max(c.opened_at) FROM cases c WHERE c.process = 'repeat_offender' AND c.party_gln = s.party_gln), '-infinity')
        AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.process = 'repeat_offender' AND c.party_gln = s.party_gln AND c.work <> 'closed')
      GROUP BY 1, 2 HAVING count(*) >= st.offender_signals ORDER BY count(*) DESC, 1, 2 LIMIT least(p_limit, 100)) x);
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
