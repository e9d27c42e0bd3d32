-- Privacy on the screen: looking behind a mask, with a purpose, as an event of the case (decision 21).
SET LOCAL search_path = loket, pg_catalog, ext;

-- so long what was unmasked may be shown
CREATE FUNCTION unmask_time() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '30 s' $$;

-- Shows what `customer_json` and `texts_shown` mask, of the customer of one case. The event names the purpose and the
-- fields, never what was seen; neither does the result of the command, so that a repeated one reads
-- again, and only for as long as the first may be shown. Looking changes nothing of the case: its
-- version stays, and whoever has a form open is not disturbed.
CREATE FUNCTION loket_api.unmask(p_cmd uuid, p_session uuid, p_case bigint, p_purpose text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); r jsonb; c cases%ROWTYPE; u customers%ROWTYPE; seen text[]; given jsonb; t timestamptz := clock_timestamp();
BEGIN
  r := command_begin(p_cmd, a, 'unmask', concat_ws(' ', p_case, p_purpose));
  IF r IS NULL THEN PERFORM require_session(p_session, a); END IF;
  c := case_lock(p_case);
  SELECT * INTO u FROM customers WHERE customer_ref = c.customer_ref;
  IF is_hidden(c) THEN PERFORM refuse('person_protected'); END IF;
  IF r IS NULL THEN
    IF p_purpose IS NULL OR p_purpose NOT IN ('reach', 'identify', 'correct', 'own_data') THEN
      PERFORM refuse('not_a_choice', '', '{"field":"unmask_purpose","choices":"reach, identify, correct, own_data"}'); END IF;
    seen := array_remove(ARRAY[CASE WHEN u.phone <> '' THEN 'phone' END, CASE WHEN u.email <> '' THEN 'email' END], NULL);
    seen := seen || ARRAY(SELECT DISTINCT field FROM texts WHERE case_id = p_case AND body IS NOT NULL AND is_personal(field) ORDER BY 1);
    IF cardinality(seen) = 0 THEN PERFORM refuse('nothing_masked'); END IF;
    c.version := c.version - 1;                       -- case_write raises it
    c := case_write(c, 'unmasked', a, p_session, p_cmd, jsonb_build_object('purpose', p_purpose, 'fields', to_jsonb(seen)), legal_now());
    r := command_end(p_cmd, jsonb_build_object('until', t + unmask_time()));
  END IF;
  IF (r ->> 'until')::timestamptz <= t THEN PERFORM refuse('unmask_over'); END IF;
  given := (SELECT coalesce(jsonb_object_agg(text_id, body), '{}') FROM (SELECT text_id, body FROM texts WHERE case_id = p_case AND body IS NOT NULL AND is_personal(field) ORDER BY created_at DESC LIMIT 200) x);
  RETURN jsonb_build_object('case_id', p_case, 'phone', coalesce(u.phone, ''), 'email', coalesce(u.email, ''), 'texts', given,
    'left_ms', (extract(epoch FROM (r ->> 'until')::timestamptz - t) * 1000)::int);
END $$;
