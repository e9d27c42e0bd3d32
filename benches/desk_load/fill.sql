-- Copies histories onto metering points. Of a hundred cases 66 are closed, 20 open, 14 waiting for a
-- party, mixed in the table. A closed case holds one
-- short event in place of its history (nothing here reads it, and it would take most of the time), so
-- that `loket db verify` applies to the live ones only. Run in parts, each a transaction of its own.

-- next: agents
SET search_path = loket, pg_catalog, ext;
SELECT count(agent_add(('load_' || lpad(i::text, 3, '0'))::name, 'Agent ' || lpad(i::text, 3, '0'), 'agent', ARRAY['mandate'])) FROM generate_series(0, @crowd@ - 1) i;
SELECT agent_add('load_worker', 'Worker', 'worker', '{}');

-- next: registers
SET search_path = loket, pg_catalog, ext;
SET session_replication_role = replica;     -- no foreign keys one by one: the rows fit each other
SET synchronous_commit = off;
SET work_mem = '256MB';
CREATE UNLOGGED TABLE public.point AS
  SELECT i, b || (10 - s % 10) % 10 AS ean FROM
    (SELECT i, b, (SELECT sum(substr(b, k, 1)::int * CASE WHEN k % 2 = 1 THEN 3 ELSE 1 END) FROM generate_series(1, 17) k)::int AS s
     FROM (SELECT i, '87168790' || lpad(i::text, 9, '0') AS b FROM generate_series(0, @connections@ - 1) i) x) y;
-- 13 digits with their check digit
CREATE TABLE public.party AS SELECT i, b || (10 - s % 10) % 10 AS gln FROM
    (SELECT i, b, (SELECT sum(substr(b, k, 1)::int * CASE WHEN k % 2 = 0 THEN 3 ELSE 1 END) FROM generate_series(1, 12) k)::int AS s
     FROM (SELECT i, '87171800000' || i AS b FROM generate_series(1, 5) i) x) y;
INSERT INTO parties SELECT gln, true, 'Party ' || i, 'supplier', 'NL', '' FROM public.party;
INSERT INTO parties VALUES ('8716879000004', true, 'Grid company', 'grid_operator', 'NL', '');
INSERT INTO contacts (contact_id, gln, contact_group, name, email, phone) OVERRIDING SYSTEM VALUE
  SELECT i, gln, contact_group_of(), 'Desk ' || i, 'desk' || i || '@party.example', '+31200000000' FROM public.party;
INSERT INTO connections SELECT ean, true, 'NL', 'E', 'Larixweg', i % 900 + 1, '', '', lpad((1000 + i % 8999)::text, 4, '0') || 'AB', 'Nieuwdorp', '8716879000004', 'GA-1', 'profile' FROM public.point;
INSERT INTO meters SELECT 'E' || lpad(i::text, 9, '0'), ean, '', 'smart', 'on', '', '', '' FROM public.point;
INSERT INTO customers (customer_ref, country, kind, first_name, last_name, postcode, city, phone, email, language)
  SELECT 'NL' || lpad(i::text, 8, '0'), 'NL', 'private', 'Roos', 'Langevoort ' || i, '1000AB', 'Nieuwdorp', '+31201234567', 'roos@voorbeeld.example', 'nl' FROM public.point;
INSERT INTO contracts (ean, customer_ref, side, party_gln, valid_from)
  SELECT ean, 'NL' || lpad(i::text, 8, '0'), 'grid', '8716879000004', '2020-01-01' FROM public.point;

-- next: plan
SET search_path = loket, pg_catalog, ext;
CREATE UNLOGGED TABLE public.plan AS
  SELECT i, (i::bigint * 31 % @moments@)::int * 3 + CASE WHEN d < 20 THEN 0 WHEN d < 34 THEN 1 ELSE 2 END AS n,
    i % @connections@ AS p, i / @connections@ + 1 AS party
  FROM (SELECT i, (i::bigint * 7919 % 100)::int AS d FROM generate_series(1, @cases@) i) x;
UPDATE public.plan SET party = least(party, 5);
CREATE TABLE public.clock AS SELECT n, d.* FROM public.history, jsonb_array_elements(h -> 'case' -> 'clocks') c, jsonb_populate_record(NULL::deadlines, c) d;
CREATE TABLE public.nearest AS SELECT DISTINCT ON (n) * FROM public.clock WHERE outcome IS NULL ORDER BY n, whose IN ('system', 'notice'), due_at, key;
CREATE TABLE public.step AS SELECT n, s.seq, s.j ->> 'kind' AS kind, (s.j ->> 'at')::timestamptz AS at, jsonb_build_object('change', without_bodies(s.j -> 'change'))::text AS body
  FROM public.history, jsonb_array_elements(h -> 'steps') WITH ORDINALITY s(j, seq);
CREATE TABLE public.story AS SELECT n, max(kind) FILTER (WHERE seq = 1) k1, max(kind) FILTER (WHERE seq = 2) k2, max(kind) FILTER (WHERE seq = 3) k3,
    max(at) FILTER (WHERE seq = 1) t1, max(at) FILTER (WHERE seq = 2) t2, max(at) FILTER (WHERE seq = 3) t3,
    max(body) FILTER (WHERE seq = 1) b1, max(body) FILTER (WHERE seq = 2) b2, max(body) FILTER (WHERE seq = 3) b3, max(at) AS last_at
  FROM public.step GROUP BY n;
UPDATE public.story s SET b1 = '{"bulk": true}', k2 = NULL, k3 = NULL, b2 = NULL, b3 = NULL FROM public.history h WHERE h.n = s.n AND h ->> 'stage' = 'closed';
CREATE FUNCTION public.about(p_text text, p_ean text, p_point int, p_gln text, p_party int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT replace(replace(replace(replace(p_text, '@ean@', p_ean), '@party@', p_gln), '@customer@', 'NL' || lpad(p_point::text, 8, '0')), '@contact@', p_party::text)::jsonb $$;
CREATE UNLOGGED TABLE public.head (case_id bigint, seq int, hash bytea);
CREATE TABLE public.later AS SELECT indexdef, format('DROP INDEX loket.%I', indexname) AS gone FROM pg_indexes
  WHERE schemaname = 'loket' AND tablename IN ('cases', 'case_events', 'deadlines', 'case_search')
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname);
DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM public.later LOOP EXECUTE r.gone; END LOOP; END $$;
ANALYZE public.plan; ANALYZE public.point; ANALYZE public.story; ANALYZE public.clock;

-- next: events
SET search_path = loket, pg_catalog, ext;
DO $$ BEGIN SET default_toast_compression = lz4; EXCEPTION WHEN OTHERS THEN END $$;   -- a server may be built without
WITH q AS (SELECT queue_id FROM queues WHERE key = 'mandate'), added AS (
  INSERT INTO case_events (at, legal_at, case_id, seq, queue_id, kind, fence, body, prev_hash, hash)
  SELECT v.at, v.at, p.i, v.seq, q.queue_id, v.kind, 0, v.body, v.prev, v.hash
  FROM public.plan p JOIN public.point o ON o.i = p.p JOIN public.party g ON g.i = p.party JOIN public.story s USING (n) CROSS JOIN q
  CROSS JOIN LATERAL (SELECT public.about(b1, ean, p.p, gln, party) AS x1, public.about(b2, ean, p.p, gln, party) AS x2, public.about(b3, ean, p.p, gln, party) AS x3 OFFSET 0) x
  CROSS JOIN LATERAL (SELECT hash_of('\x', p.i, 1, q.queue_id, k1, NULL, NULL, 0, NULL, x1, t1, t1) AS h1 OFFSET 0) a
  CROSS JOIN LATERAL (SELECT CASE WHEN k2 IS NOT NULL THEN hash_of(h1, p.i, 2, q.queue_id, k2, NULL, NULL, 0, NULL, x2, t2, t2) END AS h2 OFFSET 0) b
  CROSS JOIN LATERAL (SELECT CASE WHEN k3 IS NOT NULL THEN hash_of(h2, p.i, 3, q.queue_id, k3, NULL, NULL, 0, NULL, x3, t3, t3) END AS h3 OFFSET 0) c
  CROSS JOIN LATERAL (VALUES (1, k1, t1, x1, '\x'::bytea, h1), (2, k2, t2, x2, h1, h2), (3, k3, t3, x3, h2, h3)) v(seq, kind, at, body, prev, hash)
  WHERE v.kind IS NOT NULL
  RETURNING case_id, seq, hash)
INSERT INTO public.head SELECT DISTINCT ON (case_id) case_id, seq, hash FROM added ORDER BY case_id, seq DESC;
ANALYZE public.head;

-- next: cases
SET search_path = loket, pg_catalog, ext;
INSERT INTO cases (case_id, case_no, queue_id, process, state, work, facts, received_at, opened_at, closed_at, sort_at, due_clock, due_warn, due_comparison, due_whose,
    fence, version, subject, ean, party_gln, customer_ref, unique_key, last_hash, last_seq) OVERRIDING SYSTEM VALUE
  SELECT p.i, 'GT-' || extract(year FROM now()) || '-' || lpad(p.i::text, greatest(6, length(p.i::text)), '0'), q.queue_id, 'doubt', h ->> 'state', k.work,
    public.about(h ->> 'facts', o.ean, p.p, g.gln, p.party), (h ->> 'received_at')::timestamptz, s.t1, CASE WHEN k.work = 'closed' THEN s.last_at END,
    coalesce(c.due_at, '9999-12-31Z'), c.key, c.warn_at, c.comparison, c.whose, 0, e.seq, 'Party ' || p.party, o.ean, g.gln,
    'NL' || lpad(p.p::text, 8, '0'), o.ean || '|' || g.gln, e.hash, e.seq
  FROM public.plan p JOIN public.point o ON o.i = p.p JOIN public.party g ON g.i = p.party JOIN (SELECT n, h -> 'case' AS h FROM public.history) y USING (n) JOIN public.story s USING (n)
    JOIN process_states k ON k.process = 'doubt' AND k.state = h ->> 'state' JOIN public.head e ON e.case_id = p.i LEFT JOIN public.nearest c USING (n)
    CROSS JOIN (SELECT queue_id FROM queues WHERE key = 'mandate') q
  ORDER BY p.i;
SELECT setval(pg_get_serial_sequence('loket.cases', 'case_id'), @cases@);
INSERT INTO case_numbers VALUES ('GT', extract(year FROM now())::int, @cases@);

-- next: clocks
SET search_path = loket, pg_catalog, ext;
INSERT INTO deadlines SELECT p.i, d.key, d.run, d.started_at, d.due_at, d.original_due_at, d.comparison, d.warn_at, d.whose, d.breached_at, d.late_on_arrival, d.late_by_retriage,
    d.outcome, d.ended_at, d.calendar, d.calendar_version, d.ledger
  FROM public.plan p JOIN public.clock d USING (n);
INSERT INTO case_search SELECT case_id, queue_id, lower(concat_ws(' ', case_no, subject, 'Roos Langevoort', p.p, 'Larixweg Nieuwdorp')) FROM cases JOIN public.plan p ON p.i = case_id;

-- next: indexes
SET search_path = loket, pg_catalog, ext;
SET maintenance_work_mem = '1GB';
DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM public.later LOOP EXECUTE r.indexdef; END LOOP; END $$;
DROP FUNCTION public.about;
DROP TABLE public.point, public.party, public.plan, public.clock, public.nearest, public.step, public.story, public.head, public.later, public.history;

-- next: freezing
VACUUM (FREEZE, ANALYZE);
