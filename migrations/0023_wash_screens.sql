-- What the screens of the data wash read: clusters of findings that share a pattern, the findings of one,
-- updates of suppliers beside our own row. Evidence leaves as in `finding_json`: masked, and of a protected
-- person not at all.
SET LOCAL search_path = loket, pg_catalog, ext;

-- a live pattern and its findings, from the index alone
CREATE INDEX wash_findings_pattern ON wash_findings (pattern, finding_id) INCLUDE (code, case_id) WHERE state = 'open' AND pattern IS NOT NULL AND case_id IS NOT NULL;
-- how many findings share a pattern: a count of the rows above, as old as `counted_at` says
CREATE TABLE wash_clusters (pattern text PRIMARY KEY, codes text[] NOT NULL, n bigint NOT NULL);
CREATE INDEX wash_clusters_size ON wash_clusters (n DESC, pattern);
CREATE TABLE wash_clusters_count (one bool PRIMARY KEY DEFAULT true CHECK (one), counted_at timestamptz NOT NULL DEFAULT '-infinity', took interval NOT NULL DEFAULT '0', total bigint NOT NULL DEFAULT 0);
INSERT INTO wash_clusters_count DEFAULT VALUES;

CREATE FUNCTION wash_queue() RETURNS void LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('agent', 'lead', 'admin', 'auditor');
  IF NOT coalesce((SELECT queue_id FROM queues WHERE key = 'wash') = ANY (my_queues()), false) THEN PERFORM refuse('queue_not_yours'); END IF;
END $$;
-- Counts anew when the last count is two seconds old, or twenty times as old as it took, and nobody else counts.
CREATE FUNCTION wash_clusters_recount() RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE k wash_clusters_count%ROWTYPE; t timestamptz := clock_timestamp();
BEGIN
  SELECT * INTO k FROM wash_clusters_count;
  IF k.counted_at > t - greatest(interval '2 s', 20 * k.took) OR NOT pg_try_advisory_xact_lock(4247, 3) THEN RETURN; END IF;
  WITH live AS MATERIALIZED (SELECT pattern, array_agg(DISTINCT code ORDER BY code) AS codes, count(*) AS n FROM wash_findings
      WHERE state = 'open' AND pattern IS NOT NULL AND case_id IS NOT NULL GROUP BY pattern
      HAVING count(*) >= CASE WHEN pattern LIKE 'street:%' THEN 3 ELSE 2 END),   -- two neighbours may have moved
    over AS (DELETE FROM wash_clusters c WHERE NOT EXISTS (SELECT 1 FROM live l WHERE l.pattern = c.pattern))
    INSERT INTO wash_clusters AS c SELECT * FROM live ON CONFLICT (pattern) DO UPDATE SET codes = excluded.codes, n = excluded.n WHERE (c.codes, c.n) IS DISTINCT FROM (excluded.codes, excluded.n);
  UPDATE wash_clusters_count SET counted_at = t, took = clock_timestamp() - t, total = (SELECT count(*) FROM wash_clusters);
END $$;
-- Clusters, the largest first, behind that place; the first page counts. At most 200.
CREATE FUNCTION loket_api.wash_clusters(p_n bigint, p_pattern text, p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE r jsonb; lim int := least(greatest(p_limit, 1), 200);
BEGIN
  PERFORM wash_queue();
  IF p_n IS NULL THEN PERFORM wash_clusters_recount(); END IF;
  SELECT coalesce(jsonb_agg(jsonb_build_object('pattern', x.pattern, 'codes', x.codes, 'n', x.n) ORDER BY x.n DESC, x.pattern), '[]') INTO r
    FROM (SELECT * FROM wash_clusters c WHERE p_n IS NULL OR c.n <= p_n AND (c.n < p_n OR c.pattern > p_pattern) ORDER BY c.n DESC, c.pattern LIMIT lim) x;
  RETURN jsonb_build_object('clusters', r, 'more', jsonb_array_length(r) = lim, 'total', (SELECT total FROM wash_clusters_count), 'per_minute', (SELECT per_minute FROM wash_settings));
END $$;
-- Findings of one cluster with what they are about, behind one of them, at most 100; with the first page the
-- cases of all, up to 500: what an action on many works through. Cases that left our queues are left out.
CREATE FUNCTION loket_api.wash_cluster(p_pattern text, p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE ours int[]; lim int := least(greatest(p_limit, 1), 100); ids bigint[]; last_ bigint; r jsonb;
BEGIN
  PERFORM wash_queue();
  ours := my_queues();
  SELECT array_agg(x.finding_id ORDER BY x.finding_id) INTO ids FROM (SELECT f.finding_id FROM wash_findings f
    WHERE f.state = 'open' AND f.pattern = p_pattern AND f.case_id IS NOT NULL AND f.finding_id > p_after ORDER BY f.finding_id LIMIT lim) x;
  last_ := ids[cardinality(ids)];
  SELECT coalesce(jsonb_agg(jsonb_build_object('finding_id', f.finding_id, 'row', row_json(c), 'finding', finding_json(c.case_id)) ORDER BY f.finding_id), '[]') INTO r
    FROM wash_findings f JOIN cases c USING (case_id) WHERE f.finding_id = ANY (ids) AND c.queue_id = ANY (ours);
  RETURN jsonb_build_object('findings', r, 'last', coalesce(last_, p_after), 'more', coalesce(cardinality(ids), 0) = lim,
    'cases', CASE WHEN p_after = 0 THEN (SELECT coalesce(jsonb_agg(x.case_id ORDER BY x.finding_id), '[]') FROM (SELECT f.finding_id, f.case_id FROM wash_findings f
      WHERE f.state = 'open' AND f.pattern = p_pattern AND f.case_id IS NOT NULL ORDER BY f.finding_id LIMIT 500) x JOIN cases c USING (case_id) WHERE c.queue_id = ANY (ours)) ELSE '[]' END);
END $$;

-- A row of a customer as evidence has it.
CREATE FUNCTION customer_as_held(u customers) RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT CASE WHEN u.customer_ref IS NULL THEN NULL ELSE jsonb_build_object('customer_ref', u.customer_ref, 'kind', u.kind, 'identifier', u.identifier, 'first_name', u.first_name, 'last_name', u.last_name,
     'organisation_name', u.organisation_name, 'birth_date', coalesce(u.birth_date::text, ''), 'street', u.street, 'house_number', u.house_number, 'postcode', u.postcode, 'city', u.city) END $$;
-- Updates that wait, the oldest first, each beside our own row as it is and as it would be. At most 100.
CREATE FUNCTION loket_api.wash_updates_waiting(p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE r jsonb := '[]'; x record; own jsonb; new_ jsonb; hidden bool; numbers text[]; births text[]; n int := 0; lim int := least(greatest(p_limit, 1), 100);
BEGIN
  PERFORM wash_queue();
  FOR x IN SELECT w.*, c.case_no, c.work <> 'closed' AS lives, u AS customer, p.name AS supplier FROM (SELECT * FROM wash_updates WHERE state = 'waiting' AND update_id > p_after ORDER BY update_id LIMIT lim) w
      LEFT JOIN cases c USING (case_id) LEFT JOIN customers u ON u.customer_ref = wash_holder(w.point) LEFT JOIN parties p ON p.gln = w.supplier_gln ORDER BY w.update_id LOOP
    n := n + 1;
    hidden := x.protected OR is_protected((x.customer).customer_ref, x.data ->> 'identifier', (SELECT max(finding_id) FROM wash_findings f WHERE f.point = x.point));
    own := customer_as_held(x.customer);
    new_ := coalesce(own, '{}') || x.data;
    numbers := ARRAY(SELECT DISTINCT v FROM unnest(ARRAY[own ->> 'identifier', new_ ->> 'identifier']) v WHERE v <> '');
    births := ARRAY(SELECT DISTINCT v FROM unnest(ARRAY[own ->> 'birth_date', new_ ->> 'birth_date']) v WHERE v <> '');
    r := r || jsonb_build_object('update_id', x.update_id, 'reference', x.reference, 'point', CASE WHEN hidden THEN '' ELSE x.point END, 'supplier', coalesce(x.supplier, x.supplier_gln), 'received_at', x.received_at,
      'protected', hidden, 'names', CASE WHEN NOT hidden THEN wash_names((x.customer).customer_ref, x.data) END, 'case_id', CASE WHEN x.lives THEN x.case_id END, 'case_no', CASE WHEN x.lives THEN x.case_no END,
      'ours', CASE WHEN NOT hidden AND own IS NOT NULL THEN wash_seen(own, numbers, births) END, 'theirs', CASE WHEN NOT hidden THEN wash_seen(new_, numbers, births) END);
  END LOOP;
  RETURN jsonb_build_object('updates', r, 'more', n = lim, 'total', (SELECT count(*) FROM (SELECT 1 FROM wash_updates WHERE state = 'waiting' LIMIT 10000) w));
END $$;

-- ---------------------------------------------------------------- what registers say of a case
-- Who has the point on each side, masked, and what the extract of the population register says of them;
-- as it is held only where a service outside is asked with it. Kept who asked, never what. Nothing of a
-- protected person, neither asked for nor found.
CREATE FUNCTION register_person_hit(x jsonb, OUT n int, OUT hit register_persons) LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE hits register_persons[]; first_ text := lower(btrim(coalesce(x ->> 'first_name', ''))); last_ text := lower(btrim(coalesce(x ->> 'last_name', '')));
BEGIN
  SELECT array_agg(r) INTO hits FROM (SELECT * FROM register_persons WHERE number = x ->> 'identifier') r;
  IF hits IS NULL AND x ->> 'birth_date' <> '' THEN
    SELECT array_agg(r) INTO hits FROM (SELECT * FROM register_persons p WHERE p.birth_date = x ->> 'birth_date' AND lower(p.last_name) = last_ AND lower(p.first_name) = first_ LIMIT 2) r;
  ELSIF hits IS NULL AND x ->> 'postcode' <> '' AND x ->> 'house_number' <> '' THEN
    SELECT array_agg(r) INTO hits FROM (SELECT * FROM register_persons p WHERE p.postcode = x ->> 'postcode' AND p.house_number = x ->> 'house_number' AND lower(p.last_name) = last_ AND lower(p.first_name) = first_ LIMIT 2) r;
  END IF;
  n := coalesce(cardinality(hits), 0);
  IF n = 1 THEN hit := hits[1]; END IF;
END $$;
CREATE FUNCTION loket_api.register_ask(p_case bigint, p_raw bool) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); c cases%ROWTYPE; f wash_findings%ROWTYPE; side_ text; held jsonb; h record; row_ jsonb; numbers text[]; births text[]; r jsonb := '[]';
BEGIN
  PERFORM wash_queue();
  SELECT * INTO c FROM cases WHERE case_id = p_case AND queue_id = ANY (my_queues());
  SELECT * INTO f FROM wash_findings WHERE case_id = c.case_id ORDER BY finding_id DESC LIMIT 1;
  IF f.finding_id IS NULL THEN PERFORM refuse('register_no_finding', 'DW-BAS-14'); END IF;
  IF f.protected OR EXISTS (SELECT 1 FROM customers u WHERE u.protected AND (u.customer_ref = c.customer_ref OR u.customer_ref = f.evidence -> 'grid' -> 0 ->> 'customer_ref')) THEN
    PERFORM refuse('register_protected', 'META-05');
  END IF;
  INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'register_asked', jsonb_build_object('case', c.case_no, 'outside', p_raw));
  FOREACH side_ IN ARRAY ARRAY['grid', 'supply'] LOOP
    held := f.evidence -> side_ -> 0;
    IF side_ = 'grid' AND NOT held ? 'kind' THEN SELECT held || customer_as_held(u) INTO held FROM customers u WHERE u.customer_ref = held ->> 'customer_ref'; END IF;
    CONTINUE WHEN held IS NULL OR NOT held ? 'kind';
    h := NULL; row_ := NULL;
    SELECT * INTO h FROM register_person_hit(held);
    IF held ->> 'kind' = 'business' THEN h.n := 0; h.hit := NULL; END IF;
    -- who has no number here may be protected there: from now on here too, and nobody is told which side it is
    IF (h.hit).protected THEN
      UPDATE wash_findings SET protected = true WHERE finding_id = f.finding_id;
      RETURN jsonb_build_object('at', legal_now(), 'protected', true, 'sides', '[]'::jsonb);
    END IF;
    IF h.n = 1 THEN row_ := to_jsonb(h.hit) - 'number' || jsonb_build_object('identifier', (h.hit).number, 'kind', 'private'); END IF;
    numbers := ARRAY(SELECT DISTINCT v FROM unnest(ARRAY[held ->> 'identifier', row_ ->> 'identifier']) v WHERE v <> '');
    births := ARRAY(SELECT DISTINCT v FROM unnest(ARRAY[held ->> 'birth_date', row_ ->> 'birth_date']) v WHERE v <> '');
    r := r || jsonb_build_object('side', side_, 'kind', held ->> 'kind', 'shown', wash_seen(held, numbers, births), 'hits', h.n, 'hidden', false,
      'found', CASE WHEN row_ IS NOT NULL THEN wash_seen(row_, numbers, births) END,
      'name', CASE WHEN held ->> 'kind' = 'business' THEN held ->> 'organisation_name' ELSE '' END, 'number', CASE WHEN held ->> 'kind' = 'business' THEN coalesce(held ->> 'identifier', '') ELSE '' END,
      'held', CASE WHEN p_raw THEN held END);
  END LOOP;
  RETURN jsonb_build_object('at', legal_now(), 'sides', r);
END $$;
-- Enterprises of the extract with that number, or a name that sounds like it; what is public. At most 6.
CREATE FUNCTION loket_api.register_enterprises_like(p_number text, p_name_key bigint) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM wash_queue();
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('number', e.number, 'name', e.name, 'street', e.street, 'postcode', e.postcode, 'city', e.city, 'condition', e.condition) ORDER BY e.number), '[]')
    FROM (SELECT * FROM register_enterprises WHERE number = p_number UNION (SELECT * FROM register_enterprises WHERE p_number IS NULL AND name_key = p_name_key AND condition <> 'deleted' ORDER BY number LIMIT 6)) e);
END $$;
-- Live cases of differences between the sides, behind one of them, for the closing at go-live (DW-A-5). At most 100.
CREATE FUNCTION loket_api.wash_at_go_live(p_after bigint, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('lead', 'admin');
  PERFORM wash_queue();
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', c.case_id, 'case_no', c.case_no, 'version', c.version, 'holder', a.name, 'case', facts_json(c)) ORDER BY c.case_id), '[]')
    FROM (SELECT f.case_id FROM wash_findings f WHERE f.case_id > p_after AND f.state = 'open' AND f.code IN ('A01', 'A02', 'A03', 'A04') ORDER BY f.case_id LIMIT least(greatest(p_limit, 1), 100)) x
    JOIN cases c USING (case_id) LEFT JOIN case_leases l ON l.case_id = c.case_id LEFT JOIN agents a ON a.agent_id = l.agent_id WHERE c.queue_id = ANY (my_queues()));
END $$;
