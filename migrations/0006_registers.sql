-- Registers come in by batches of records (all text, checked at the edge by the importer). Each
-- function answers per record, in order: new, changed, known, or the reason of a refusal. The same
-- batch twice changes nothing. Of a key that stands twice in one batch the last one counts.
SET LOCAL search_path = loket, pg_catalog, ext;

-- Lists and the free search know names and addresses: of who was renamed or became protected they forget
-- the old ones in the same transaction, whoever writes to the registers. Triggers see to it, so that no
-- writer can leave it out; they look at what changed only, by index.
CREATE INDEX contracts_customer ON contracts (customer_ref);
CREATE FUNCTION search_renew(p_cases bigint[]) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  UPDATE case_search x SET doc = d.doc, head = d.head FROM (SELECT c.case_id, search_doc(c.case_id) AS doc, head_of(c) AS head FROM cases c WHERE c.case_id = ANY (p_cases)) d
    WHERE x.case_id = d.case_id AND (x.doc, x.head) IS DISTINCT FROM (d.doc, d.head);
END $$;
-- What lists, `head` and the free search say of these cases, anew; a thousand at a time, in the order in
-- which cases are locked everywhere.
CREATE FUNCTION subject_again(p_cases bigint[]) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE every bigint[] := ARRAY(SELECT DISTINCT x FROM unnest(p_cases) x ORDER BY x); slice bigint[];
BEGIN
  FOR i IN 0 .. (cardinality(every) - 1) / 1000 LOOP
    slice := every[i * 1000 + 1 : i * 1000 + 1000];
    PERFORM 1 FROM cases WHERE case_id = ANY (slice) ORDER BY case_id FOR NO KEY UPDATE;
    UPDATE cases c SET subject = subject_of(c) WHERE c.case_id = ANY (slice) AND c.subject <> subject_of(c);
    PERFORM search_renew(slice);
  END LOOP;
END $$;
CREATE FUNCTION customers_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE refs text[]; flipped text[];
BEGIN
  -- whom a notification names by a number: of who is protected under it now, or was until now
  PERFORM numbers_again(ARRAY(SELECT unnest(ARRAY[CASE WHEN o.protected THEN o.identifier END, CASE WHEN n.protected THEN n.identifier END]) FROM was o JOIN now_is n USING (customer_ref)
    WHERE (o.identifier, o.protected) IS DISTINCT FROM (n.identifier, n.protected)));
  SELECT array_agg(o.customer_ref), array_agg(o.customer_ref) FILTER (WHERE o.protected <> n.protected) INTO refs, flipped FROM was o JOIN now_is n USING (customer_ref)
    WHERE (o.kind, o.first_name, o.last_name, o.organisation_name, o.protected) IS DISTINCT FROM (n.kind, n.first_name, n.last_name, n.organisation_name, n.protected);
  IF refs IS NULL THEN RETURN NULL; END IF;
  PERFORM subject_again(ARRAY(SELECT case_id FROM cases WHERE customer_ref = ANY (refs)));
  IF flipped IS NOT NULL THEN PERFORM places_again(ARRAY(SELECT ean FROM contracts WHERE customer_ref = ANY (flipped))); END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION customers_arrive() RETURNS trigger LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN PERFORM numbers_again(ARRAY(SELECT identifier FROM now_is WHERE protected)); RETURN NULL; END $$;
-- notifications that name people by these numbers as owner or payer
CREATE INDEX texts_numbers ON texts (number_digits(body)) WHERE field IN ('owner_personal_no', 'payer_personal_no');
CREATE FUNCTION numbers_again(p_numbers text[]) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE digits text[] := ARRAY(SELECT number_digits(x) FROM unnest(p_numbers) x WHERE x <> '');
BEGIN
  IF digits = '{}' THEN RETURN; END IF;
  PERFORM subject_again(ARRAY(SELECT t.case_id FROM texts t JOIN cases c USING (case_id) WHERE t.field IN ('owner_personal_no', 'payer_personal_no') AND number_digits(t.body) = ANY (digits) AND is_installers(c.process)));
END $$;
-- of what stands at these connections, notifications tell the address
CREATE FUNCTION places_again(p_eans text[]) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN PERFORM subject_again(ARRAY(SELECT case_id FROM cases WHERE ean = ANY (p_eans) AND is_installers(process))); END $$;
CREATE FUNCTION connections_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE eans text[];
BEGIN
  SELECT array_agg(o.ean) INTO eans FROM was o JOIN now_is n USING (ean)
    WHERE (o.street, o.house_number, o.house_letter, o.city) IS DISTINCT FROM (n.street, n.house_number, n.house_letter, n.city);
  IF eans IS NOT NULL THEN PERFORM subject_again(ARRAY(SELECT case_id FROM cases WHERE ean = ANY (eans))); END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION contracts_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE eans text[];
BEGIN
  IF TG_OP <> 'INSERT' THEN SELECT array_agg(ean) INTO eans FROM was JOIN customers USING (customer_ref) WHERE protected; END IF;
  IF TG_OP <> 'DELETE' THEN eans := eans || ARRAY(SELECT ean FROM now_is JOIN customers USING (customer_ref) WHERE protected); END IF;
  PERFORM places_again(eans);
  RETURN NULL;
END $$;
CREATE TRIGGER follow_new AFTER INSERT ON customers REFERENCING NEW TABLE AS now_is FOR EACH STATEMENT EXECUTE FUNCTION customers_arrive();
CREATE TRIGGER follow AFTER UPDATE ON customers REFERENCING OLD TABLE AS was NEW TABLE AS now_is FOR EACH STATEMENT EXECUTE FUNCTION customers_follow();
CREATE TRIGGER follow AFTER UPDATE ON connections REFERENCING OLD TABLE AS was NEW TABLE AS now_is FOR EACH STATEMENT EXECUTE FUNCTION connections_follow();
CREATE TRIGGER follow_new AFTER INSERT ON contracts REFERENCING NEW TABLE AS now_is FOR EACH STATEMENT EXECUTE FUNCTION contracts_follow();
CREATE TRIGGER follow_changed AFTER UPDATE ON contracts REFERENCING OLD TABLE AS was NEW TABLE AS now_is FOR EACH STATEMENT EXECUTE FUNCTION contracts_follow();
CREATE TRIGGER follow_gone AFTER DELETE ON contracts REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION contracts_follow();

CREATE FUNCTION verdict(p_new bool, p_refused text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT to_jsonb(CASE WHEN p_refused IS NOT NULL THEN p_refused WHEN p_new THEN 'new' WHEN p_new IS FALSE THEN 'changed' ELSE 'known' END) $$;

CREATE FUNCTION loket_api.import_parties(p jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE answer jsonb;
BEGIN
  PERFORM require_role('admin');
  WITH i AS (SELECT n, r.* FROM jsonb_array_elements(p) WITH ORDINALITY x(j, n), jsonb_to_record(j) AS r(gln text, gln_valid bool, name text, role text, country text, company_number text)),
    one AS (SELECT DISTINCT ON (gln) * FROM i ORDER BY gln, n DESC),
    w AS (INSERT INTO parties AS t SELECT gln, gln_valid, name, role, country, company_number FROM one
      ON CONFLICT (gln) DO UPDATE SET gln_valid = excluded.gln_valid, name = excluded.name, role = excluded.role, country = excluded.country, company_number = excluded.company_number
      WHERE t IS DISTINCT FROM excluded RETURNING gln, (xmax = 0) AS fresh)
    SELECT jsonb_agg(verdict(w.fresh, NULL) ORDER BY i.n) INTO answer FROM i LEFT JOIN one ON one.n = i.n LEFT JOIN w ON w.gln = one.gln;
  RETURN answer;
END $$;

CREATE FUNCTION loket_api.import_contacts(p jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE answer jsonb;
BEGIN
  PERFORM require_role('admin');
  WITH i AS (SELECT n, gln, contact_group, name, email, phone, coalesce(valid_from, '-infinity') AS valid_from, valid_to FROM jsonb_array_elements(p) WITH ORDINALITY x(j, n),
      jsonb_to_record(j) AS r(gln text, contact_group text, name text, email text, phone text, valid_from date, valid_to date)),
    one AS (SELECT DISTINCT ON (gln, contact_group, name, email, valid_from) * FROM i WHERE gln IN (SELECT gln FROM parties) ORDER BY gln, contact_group, name, email, valid_from, n DESC),
    w AS (INSERT INTO contacts AS t (gln, contact_group, name, email, phone, valid_from, valid_to) SELECT gln, contact_group, name, email, phone, valid_from, valid_to FROM one
      ON CONFLICT (gln, contact_group, name, email, valid_from) DO UPDATE SET phone = excluded.phone, valid_to = excluded.valid_to
      WHERE (t.phone, t.valid_to) IS DISTINCT FROM (excluded.phone, excluded.valid_to) RETURNING gln, contact_group, name, email, valid_from, (xmax = 0) AS fresh)
    SELECT jsonb_agg(verdict(w.fresh, CASE WHEN i.gln NOT IN (SELECT gln FROM parties) THEN 'unknown_party' END) ORDER BY i.n) INTO answer
    FROM i LEFT JOIN one ON one.n = i.n LEFT JOIN w ON (w.gln, w.contact_group, w.name, w.email, w.valid_from) = (one.gln, one.contact_group, one.name, one.email, one.valid_from);
  RETURN answer;
END $$;

CREATE FUNCTION loket_api.import_connections(p jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE answer jsonb;
BEGIN
  PERFORM require_role('admin');
  WITH i AS (SELECT n, r.* FROM jsonb_array_elements(p) WITH ORDINALITY x(j, n), jsonb_to_record(j) AS r(ean text, ean_valid bool, country text, product text, street text,
      house_number int, house_letter text, house_suffix text, postcode text, city text, grid_operator_gln text, grid_area text, allocation_method text)),
    one AS (SELECT DISTINCT ON (ean) * FROM i ORDER BY ean, n DESC),
    w AS (INSERT INTO connections AS t SELECT ean, ean_valid, country, product, street, house_number, house_letter, house_suffix, postcode, city, grid_operator_gln, grid_area, allocation_method FROM one
      ON CONFLICT (ean) DO UPDATE SET ean_valid = excluded.ean_valid, country = excluded.country, product = excluded.product, street = excluded.street, house_number = excluded.house_number,
        house_letter = excluded.house_letter, house_suffix = excluded.house_suffix, postcode = excluded.postcode, city = excluded.city, grid_operator_gln = excluded.grid_operator_gln,
        grid_area = excluded.grid_area, allocation_method = excluded.allocation_method
      WHERE t IS DISTINCT FROM excluded RETURNING ean, (xmax = 0) AS fresh)
    SELECT jsonb_agg(verdict(w.fresh, NULL) ORDER BY i.n) INTO answer FROM i LEFT JOIN one ON one.n = i.n LEFT JOIN w ON w.ean = one.ean;
  RETURN answer;
END $$;

CREATE FUNCTION loket_api.import_meters(p jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE answer jsonb;
BEGIN
  PERFORM require_role('admin');
  WITH i AS (SELECT n, r.*, EXISTS (SELECT 1 FROM connections k WHERE k.ean = r.ean) AS known FROM jsonb_array_elements(p) WITH ORDINALITY x(j, n),
      jsonb_to_record(j) AS r(meter_number text, ean text, technical_number text, meter_type text, smart_admin text, feed_in_suitable text, smart_feasible text, gsa_order text)),
    one AS (SELECT DISTINCT ON (meter_number, ean) * FROM i WHERE known ORDER BY meter_number, ean, n DESC),
    w AS (INSERT INTO meters AS t SELECT upper(meter_number), ean, technical_number, meter_type, smart_admin, feed_in_suitable, smart_feasible, gsa_order FROM one
      ON CONFLICT (meter_number, ean) DO UPDATE SET technical_number = excluded.technical_number, meter_type = excluded.meter_type, smart_admin = excluded.smart_admin,
        feed_in_suitable = excluded.feed_in_suitable, smart_feasible = excluded.smart_feasible, gsa_order = excluded.gsa_order
      WHERE t IS DISTINCT FROM excluded RETURNING meter_number, ean, (xmax = 0) AS fresh)
    SELECT jsonb_agg(verdict(w.fresh, CASE WHEN NOT i.known THEN 'unknown_ean' END) ORDER BY i.n) INTO answer
    FROM i LEFT JOIN one ON one.n = i.n LEFT JOIN w ON w.meter_number = upper(one.meter_number) AND w.ean = one.ean;
  RETURN answer;
END $$;

CREATE FUNCTION loket_api.import_customers(p jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE answer jsonb;
BEGIN
  PERFORM require_role('admin');
  WITH i AS (SELECT n, r.* FROM jsonb_array_elements(p) WITH ORDINALITY x(j, n), jsonb_to_record(j) AS r(customer_ref text, country text, kind text, first_name text, last_name text,
      organisation_name text, identifier text, birth_date date, iban_last3 text, street text, house_number int, house_letter text, house_suffix text, postcode text, city text, phone text, email text, language text, protected bool)),
    one AS (SELECT DISTINCT ON (customer_ref) * FROM i ORDER BY customer_ref, n DESC),
    w AS (INSERT INTO customers AS t SELECT customer_ref, country, kind, first_name, last_name, organisation_name, identifier, birth_date, iban_last3, street, house_number, house_letter, house_suffix, postcode, city, phone, email, language, protected FROM one
      ON CONFLICT (customer_ref) DO UPDATE SET country = excluded.country, kind = excluded.kind, first_name = excluded.first_name, last_name = excluded.last_name, organisation_name = excluded.organisation_name,
        identifier = excluded.identifier, birth_date = excluded.birth_date, iban_last3 = excluded.iban_last3, street = excluded.street, house_number = excluded.house_number, house_letter = excluded.house_letter,
        house_suffix = excluded.house_suffix, postcode = excluded.postcode, city = excluded.city, phone = excluded.phone, email = excluded.email, language = excluded.language, protected = excluded.protected
      WHERE t IS DISTINCT FROM excluded RETURNING customer_ref, (xmax = 0) AS fresh)
    SELECT jsonb_agg(verdict(w.fresh, NULL) ORDER BY i.n) INTO answer FROM i LEFT JOIN one ON one.n = i.n LEFT JOIN w ON w.customer_ref = one.customer_ref;
  RETURN answer;
END $$;

CREATE FUNCTION loket_api.import_contracts(p jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE answer jsonb;
BEGIN
  PERFORM require_role('admin');
  WITH i AS (SELECT n, r.ean, r.customer_ref, r.side, r.party_gln, coalesce(r.valid_from, '-infinity') AS valid_from, r.valid_to,
      CASE WHEN NOT EXISTS (SELECT 1 FROM connections k WHERE k.ean = r.ean) THEN 'unknown_ean' WHEN NOT EXISTS (SELECT 1 FROM customers u WHERE u.customer_ref = r.customer_ref) THEN 'unknown_customer'
           WHEN NOT EXISTS (SELECT 1 FROM parties g WHERE g.gln = r.party_gln) THEN 'unknown_party' END AS refused
      FROM jsonb_array_elements(p) WITH ORDINALITY x(j, n), jsonb_to_record(j) AS r(ean text, customer_ref text, side text, party_gln text, valid_from date, valid_to date)),
    one AS (SELECT DISTINCT ON (ean, customer_ref, side, party_gln, valid_from) * FROM i WHERE refused IS NULL ORDER BY ean, customer_ref, side, party_gln, valid_from, n DESC),
    w AS (INSERT INTO contracts AS t (ean, customer_ref, side, party_gln, valid_from, valid_to) SELECT ean, customer_ref, side, party_gln, valid_from, valid_to FROM one
      ON CONFLICT (ean, customer_ref, side, party_gln, valid_from) DO UPDATE SET valid_to = excluded.valid_to WHERE t.valid_to IS DISTINCT FROM excluded.valid_to
      RETURNING ean, customer_ref, side, party_gln, valid_from, (xmax = 0) AS fresh)
    SELECT jsonb_agg(verdict(w.fresh, i.refused) ORDER BY i.n) INTO answer
    FROM i LEFT JOIN one ON one.n = i.n LEFT JOIN w ON (w.ean, w.customer_ref, w.side, w.party_gln, w.valid_from) = (one.ean, one.customer_ref, one.side, one.party_gln, one.valid_from);
  RETURN answer;
END $$;

-- ---------------------------------------------------------------- plant data
-- What an installer may know of a plant (ELS-11, ELS-16 to ELS-18): by meter number, by EAN, or by both
-- when they belong together. Never who lives there, nor a number of a person or a firm (ELS-22). Both
-- ways are index probes; a meter number that two plants have needs the EAN.
CREATE FUNCTION loket_api.plant_find(p_meter text, p_ean text) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE m text := nullif(meter_key(p_meter), ''); e text := nullif(btrim(p_ean), ''); found_ jsonb;
BEGIN
  PERFORM require_role('installer', 'admin', 'worker');
  IF m IS NULL AND e IS NULL THEN PERFORM refuse('plant_number_needed', 'ELS-11'); END IF;
  SELECT jsonb_agg(jsonb_build_object('ean', k.ean, 'meter_number', t.meter_number, 'technical_number', t.technical_number,
      'address', concat_ws(' ', k.street, nullif(coalesce(k.house_number::text, '') || k.house_letter || CASE WHEN k.house_suffix <> '' THEN '-' || k.house_suffix ELSE '' END, '')),
      'postcode', k.postcode, 'city', k.city, 'grid_area', k.grid_area) ORDER BY k.ean, t.meter_number) INTO found_
    FROM (SELECT * FROM meters WHERE m IS NOT NULL AND meter_key(meter_number) = m AND (e IS NULL OR ean = e)
      UNION ALL SELECT * FROM meters WHERE m IS NULL AND ean = e LIMIT 3) t JOIN connections k USING (ean) WHERE k.country = 'SE' AND k.product = 'E';
  IF found_ IS NULL AND m IS NOT NULL AND e IS NOT NULL AND EXISTS (SELECT 1 FROM meters WHERE meter_key(meter_number) = m) AND EXISTS (SELECT 1 FROM connections WHERE ean = e) THEN
    PERFORM refuse('numbers_disagree', 'ELS-11'); END IF;
  IF jsonb_array_length(found_) > 1 THEN PERFORM refuse('plant_not_clear', 'ELS-11'); END IF;
  RETURN jsonb_build_object('at', legal_now(), 'plant', found_ -> 0);
END $$;
