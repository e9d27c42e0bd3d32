-- Promises, snoozes, and what a field looks for while it is filled. The clocks themselves are those of
-- the process tables; here is what is read of them, and who is told.
SET LOCAL search_path = loket, pg_catalog, ext;

CREATE FUNCTION is_snoozed(p_case bigint) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM deadlines WHERE case_id = p_case AND key = 'snooze' AND outcome IS NULL); END $$;

-- Who promised what: the n-th run that an event starts is the n-th of its promises.
CREATE FUNCTION promises_of(p_case bigint) RETURNS TABLE (run int, agent_id int, text_id uuid, at timestamptz)
LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT (o.op ->> 'run')::int, e.agent_id, (coalesce(e.answers -> 'promises' -> (o.n - 1)::int, e.answers -> 'promised') ->> 'text')::uuid, e.legal_at
   FROM (SELECT agent_id, legal_at, body -> 'change' -> 'answers' AS answers, body -> 'change' -> 'clocks' AS clocks
         FROM case_events WHERE case_id = p_case AND kind IN ('promise', 'add_note') AND body -> 'change' -> 'clocks' <> '[]') e
   CROSS JOIN LATERAL (SELECT x AS op, row_number() OVER (ORDER BY n) AS n FROM jsonb_array_elements(e.clocks) WITH ORDINALITY q(x, n)
         WHERE x ->> 'op' = 'start' AND x ->> 'key' = 'promise') o $$;
-- what a change that was taken back promised is no promise
CREATE FUNCTION promises_json(p_case bigint) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM deadlines WHERE case_id = p_case AND key = 'promise') THEN RETURN '[]'; END IF;
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('run', d.run, 'agent', a.name, 'text', p.text_id, 'at', p.at) ORDER BY d.run), '[]')
    FROM deadlines d JOIN LATERAL (SELECT * FROM promises_of(p_case) x WHERE x.run = d.run ORDER BY x.at DESC LIMIT 1) p ON true
    LEFT JOIN agents a USING (agent_id) WHERE d.case_id = p_case AND d.key = 'promise');
END $$;

-- A promise came due: who made it is told, and who holds the case.
CREATE FUNCTION promise_told(p_case bigint, p_change jsonb, p_by int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE o jsonb; p record; h int := (SELECT agent_id FROM case_leases WHERE case_id = p_case);
BEGIN
  FOR o IN SELECT x FROM jsonb_array_elements(p_change -> 'clocks') x WHERE x ->> 'op' = 'breach' AND x ->> 'key' = 'promise' LOOP
    SELECT * INTO p FROM promises_of(p_case) x WHERE x.run = (o ->> 'run')::int ORDER BY x.at DESC LIMIT 1;
    PERFORM notify_agent(p.agent_id, p_case, 'promise_due', p_by, p.text_id);
    IF h IS DISTINCT FROM p.agent_id THEN PERFORM notify_agent(h, p_case, 'promise_due', p_by, p.text_id); END IF;
  END LOOP;
END $$;

-- Connections for a field of a form: by the first digits of the metering point (six or more), or by
-- postcode and house number, as people write them. An address says nothing of who lives there.
CREATE INDEX connections_digits ON connections (ean text_pattern_ops);
CREATE FUNCTION loket_api.connections_like(p_text text, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE q text := upper(regexp_replace(btrim(p_text), '\s+', ' ', 'g')); m text[]; lim int := least(greatest(p_limit, 1), 50);
BEGIN
  PERFORM require_agent();
  m := regexp_match(q, '^([0-9]{3} ?[0-9]{2}|[0-9]{4} ?[A-Z]{2}|[0-9]{4})[ ,]+([0-9]{1,5})');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('ean', k.ean, 'product', k.product, 'address',
      concat_ws(' ', k.street, coalesce(k.house_number::text, '') || k.house_letter || CASE WHEN k.house_suffix <> '' THEN '-' || k.house_suffix ELSE '' END || ',', k.postcode, k.city)) ORDER BY k.ean), '[]')
    FROM ((SELECT * FROM connections WHERE m IS NULL AND replace(q, ' ', '') ~ '^[0-9]{6,17}$' AND ean LIKE replace(q, ' ', '') || '%' ORDER BY ean USING ~<~ LIMIT lim)
      UNION ALL (SELECT * FROM connections WHERE m IS NOT NULL AND postcode = replace(m[1], ' ', '') AND house_number = m[2]::int ORDER BY ean LIMIT lim)) k);
END $$;
-- Customers for a field of a form, as somebody on the telephone says who they are: by postcode and house
-- number. A protected person is in no list (decision 21): only the reference names one.
CREATE INDEX customers_place ON customers (postcode, house_number) WHERE NOT protected;
CREATE FUNCTION loket_api.customers_like(p_text text, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE q text := upper(regexp_replace(btrim(p_text), '\s+', ' ', 'g')); m text[]; lim int := least(greatest(p_limit, 1), 50);
BEGIN
  PERFORM require_agent();
  q := regexp_replace(q, '^([0-9]{4} ?[A-Z]{2})([0-9])', '\1 \2');   -- said in one breath: 5226HP7
  m := regexp_match(q, '^([0-9]{3} ?[0-9]{2}|[0-9]{4} ?[A-Z]{2}|[0-9]{4})[ ,]+([0-9]{1,5})');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('customer_ref', u.customer_ref,
      'name', CASE WHEN u.kind = 'business' THEN u.organisation_name ELSE btrim(concat_ws(' ', u.first_name, u.last_name)) END,
      'address', concat_ws(' ', u.street, coalesce(u.house_number::text, '') || u.house_letter || CASE WHEN u.house_suffix <> '' THEN '-' || u.house_suffix ELSE '' END || ',', u.postcode, u.city)) ORDER BY u.customer_ref), '[]')
    FROM (SELECT * FROM customers WHERE m IS NOT NULL AND postcode = replace(m[1], ' ', '') AND house_number = m[2]::int AND NOT protected ORDER BY customer_ref LIMIT lim) u);
END $$;
