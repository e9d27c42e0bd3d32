-- What stands behind the questions of a form: forms that are data, and the meters at an address with all
-- that is checked of them.
SET LOCAL search_path = loket, pg_catalog, ext;

-- ---------------------------------------------------------------- forms
-- A form is asked as it is at the receipt of a case, and kept under that version for ever (TLM-10).
CREATE TABLE forms (
  form text NOT NULL CHECK (form ~ '^[a-z][a-z0-9_]{0,39}$'), version int NOT NULL, valid_from timestamptz NOT NULL,
  body jsonb NOT NULL, agent_id int REFERENCES agents,        -- NULL: came with the program
  added_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (form, version), UNIQUE (form, valid_from));
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON forms FOR EACH ROW EXECUTE FUNCTION deny_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON forms FOR EACH STATEMENT EXECUTE FUNCTION deny_change();

-- the shape only: what a field may be is checked by the client, which knows the kinds
CREATE FUNCTION form_check(p_form text, p_body jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE f jsonb := p_body -> 'fields'; is_good bool;
BEGIN
  is_good := p_form ~ '^[a-z][a-z0-9_]{0,39}$' AND jsonb_typeof(p_body) = 'object' AND jsonb_typeof(f) = 'array' AND pg_column_size(p_body) <= 100000;
  IF is_good IS TRUE THEN
    is_good := jsonb_array_length(f) BETWEEN 1 AND 60
      AND (SELECT bool_and(jsonb_typeof(x) = 'object' AND coalesce(x ->> 'key', '') ~ '^[a-z][a-z0-9_]{0,39}$') AND count(DISTINCT x ->> 'key') = count(*) FROM jsonb_array_elements(f) x);
  END IF;
  IF is_good IS NOT TRUE THEN PERFORM refuse('bad_form', 'TLM-10'); END IF;
END $$;
CREATE FUNCTION form_json(p forms) RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT jsonb_build_object('form', p.form, 'version', p.version, 'valid_from', p.valid_from, 'builtin', p.agent_id IS NULL, 'body', p.body) $$;
CREATE FUNCTION form_insert(p_form text, p_valid_from timestamptz, p_body jsonb, p_agent int) RETURNS forms LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE last forms%ROWTYPE; f forms%ROWTYPE;
BEGIN
  SELECT * INTO last FROM forms WHERE form = p_form ORDER BY version DESC LIMIT 1;
  IF last.body = p_body THEN RETURN last; END IF;
  IF last.valid_from >= p_valid_from THEN PERFORM refuse('form_not_later', 'TLM-10', jsonb_build_object('at', last.valid_from)); END IF;
  INSERT INTO forms (form, version, valid_from, body, agent_id) VALUES (p_form, coalesce(last.version, 0) + 1, p_valid_from, p_body, p_agent) RETURNING * INTO f;
  RETURN f;
END $$;
-- Called by migrate: what the program brings is the first version, and the next one as long as nobody
-- here changed the form.
CREATE FUNCTION form_load(p_form text, p_body jsonb) RETURNS int LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE last forms%ROWTYPE; n timestamptz := legal_now();
BEGIN
  PERFORM pg_advisory_xact_lock(4246, hashtext(p_form));
  PERFORM form_check(p_form, p_body);
  SELECT * INTO last FROM forms WHERE form = p_form ORDER BY version DESC LIMIT 1;
  IF last.agent_id IS NOT NULL OR last.valid_from >= n THEN RETURN last.version; END IF;
  RETURN (form_insert(p_form, CASE WHEN last.form IS NULL THEN '2000-01-01Z'::timestamptz ELSE n END, p_body, NULL)).version;
END $$;
-- NULL is now; a form never changes backwards
CREATE FUNCTION loket_api.form_add(p_form text, p_valid_from timestamptz, p_body jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('admin'); n timestamptz := legal_now(); f forms%ROWTYPE;
BEGIN
  PERFORM form_check(p_form, p_body);
  PERFORM pg_advisory_xact_lock(4246, hashtext(p_form));
  IF p_valid_from < n - interval '1 min' THEN PERFORM refuse('form_in_the_past', 'TLM-10', jsonb_build_object('at', p_valid_from)); END IF;
  -- what was received until now is asked what was in force until now
  f := form_insert(p_form, greatest(coalesce(p_valid_from, n), n), p_body, a);
  INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'form', jsonb_build_object('form', p_form, 'version', f.version, 'from', f.valid_from));
  RETURN form_json(f);
END $$;
CREATE FUNCTION loket_api.form_version(p_form text, p_version int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_agent();
  RETURN (SELECT form_json(f) FROM forms f WHERE f.form = p_form AND f.version = p_version);
END $$;
-- the version that is asked at an instant; NULL is now
CREATE FUNCTION loket_api.form_at(p_form text, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_agent();
  RETURN (SELECT form_json(f) FROM forms f WHERE f.form = p_form AND f.valid_from <= coalesce(p_at, legal_now()) ORDER BY f.valid_from DESC LIMIT 1);
END $$;
CREATE FUNCTION loket_api.forms() RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n timestamptz := legal_now();
BEGIN
  PERFORM require_agent();
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('form', f.form, 'version', f.version, 'valid_from', f.valid_from, 'builtin', f.agent_id IS NULL, 'fields', jsonb_array_length(f.body -> 'fields'),
      'in_force', f.valid_from = (SELECT max(x.valid_from) FROM forms x WHERE x.form = f.form AND x.valid_from <= n)) ORDER BY f.form, f.version), '[]') FROM forms f);
END $$;

-- ---------------------------------------------------------------- the connection at an address
-- Whose grid is ours: the checks of PRIO-27 compare with these.
CREATE TABLE own_operators (gln text PRIMARY KEY CHECK (gln ~ '^[0-9]{13}$'));
CREATE FUNCTION loket_api.own_operators() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_agent();
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('gln', o.gln, 'name', coalesce(p.name, '')) ORDER BY o.gln), '[]') FROM own_operators o LEFT JOIN parties p USING (gln));
END $$;
CREATE FUNCTION loket_api.own_operators_set(p_glns text[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('admin'); g text;
BEGIN
  SELECT x INTO g FROM unnest(p_glns) x WHERE NOT EXISTS (SELECT 1 FROM parties WHERE gln = x AND role = 'grid_operator') LIMIT 1;
  IF FOUND THEN PERFORM refuse('not_an_operator', '', jsonb_build_object('party', left(g, 20))); END IF;
  DELETE FROM own_operators;
  INSERT INTO own_operators SELECT DISTINCT x FROM unnest(p_glns) x;
  INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'own_operators', to_jsonb(p_glns));
  RETURN (SELECT count(*) FROM own_operators);
END $$;

-- a letter and an addition in one, as far as they are written: "A-1", "a 1" and "A1" are the same
CREATE FUNCTION addition_of(p_letter text, p_suffix text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT regexp_replace(upper(coalesce(p_letter, '') || coalesce(p_suffix, '')), '[^A-Z0-9]', '', 'g') $$;
CREATE FUNCTION said_yes(p text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT CASE p WHEN 'true' THEN true WHEN 'false' THEN false END $$;
-- what the checks need of one meter; unknown is null
CREATE FUNCTION meter_json(k connections, m meters) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  RETURN jsonb_build_object('ean', k.ean, 'meter_number', m.meter_number,
    'address', concat_ws(' ', k.street, coalesce(k.house_number::text, '') || k.house_letter || CASE WHEN k.house_suffix <> '' THEN '-' || k.house_suffix ELSE '' END || ',', k.postcode, k.city),
    'operator_gln', k.grid_operator_gln, 'operator', coalesce((SELECT name FROM parties WHERE gln = k.grid_operator_gln), ''),
    'ours', EXISTS (SELECT 1 FROM own_operators WHERE gln = k.grid_operator_gln), 'smart', CASE m.meter_type WHEN 'smart' THEN true WHEN 'conventional' THEN false END,
    'smart_admin', nullif(m.smart_admin, ''), 'feasible', said_yes(m.smart_feasible), 'feed_in_suitable', said_yes(m.feed_in_suitable), 'gsa_order', nullif(m.gsa_order, ''));
END $$;
-- All electricity meters at an address (PRIO-20). With a letter or an addition those that have it; when
-- none has, all at the number, with `exact` false, so that a spelling that differs is no dead end.
CREATE FUNCTION loket_api.connection_find(p_postcode text, p_number int, p_addition text) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE pc text := upper(regexp_replace(p_postcode, '\s', '', 'g')); wanted text := addition_of(p_addition, ''); found_ jsonb; exact_ bool := wanted <> '';
BEGIN
  PERFORM require_agent();
  IF exact_ THEN
    SELECT EXISTS (SELECT 1 FROM connections k JOIN meters m USING (ean) WHERE k.postcode = pc AND k.house_number = p_number AND k.product = 'E' AND addition_of(k.house_letter, k.house_suffix) = wanted) INTO exact_;
  END IF;
  SELECT jsonb_agg(x.j ORDER BY x.letter, x.suffix, x.ean, x.meter) INTO found_ FROM
    (SELECT meter_json(k, m) AS j, k.house_letter AS letter, k.house_suffix AS suffix, k.ean, m.meter_number AS meter FROM connections k JOIN meters m USING (ean)
      WHERE k.postcode = pc AND k.house_number = p_number AND k.product = 'E' AND (NOT exact_ OR addition_of(k.house_letter, k.house_suffix) = wanted)
      ORDER BY k.house_letter, k.house_suffix, k.ean, m.meter_number LIMIT 61) x;
  RETURN jsonb_build_object('at', legal_now(), 'source', 'register', 'exact', exact_ OR wanted = '', 'more', coalesce(jsonb_array_length(found_), 0) > 60,
    'meters', coalesce(jsonb_path_query_array(found_, '$[0 to 59]'), '[]'));
END $$;
-- What the register says of one meter at this instant, for the checks of PRIO-15 and TLM-11; null when
-- it knows no meter of that connection, without `meter` when it knows others there: the number is
-- wrong. Without a number of our own nothing could be said of whose grid it is.
CREATE FUNCTION loket_api.connection_check(p_ean text, p_meter text) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_agent();
  IF NOT EXISTS (SELECT 1 FROM own_operators) THEN PERFORM refuse('no_own_operator', 'PRIO-27'); END IF;
  RETURN (SELECT jsonb_build_object('at', legal_now(), 'source', 'register', 'meter', (SELECT meter_json(k, m) FROM meters m WHERE m.ean = k.ean AND meter_key(m.meter_number) = meter_key(p_meter)
      ORDER BY m.meter_number <> upper(p_meter), m.meter_number LIMIT 1))
    FROM connections k WHERE k.ean = p_ean AND k.product = 'E' AND EXISTS (SELECT 1 FROM meters o WHERE o.ean = k.ean));
END $$;
