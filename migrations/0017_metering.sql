-- What the processes of meters need beside the case: start times to plan by, fees, payments, forms that
-- are data, and the connection at an address.
-- Lock order: after cases and leases come slots, by slot_id; payments and refunds are locked alone.
SET LOCAL search_path = loket, pg_catalog, ext;

-- ---------------------------------------------------------------- areas and slots
-- an area is what one team of technicians drives in a day; a postcode lies in one area or in none
CREATE TABLE areas (
  area text PRIMARY KEY CHECK (area ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$'), country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'));
-- both ends have the same length, and so many characters of a postcode are compared: 5000 to 5099
CREATE TABLE area_postcodes (
  country text NOT NULL, first text COLLATE "C" NOT NULL, last text COLLATE "C" NOT NULL, area text NOT NULL REFERENCES areas,
  PRIMARY KEY (country, first), CHECK (first <= last AND length(first) = length(last) AND first ~ '^[0-9A-Z]{1,6}$' AND last ~ '^[0-9A-Z]{1,6}$'));
-- a start time of an area (PRIO-30: only the start is shown); `taken` is the number of its holds
CREATE TABLE slots (
  slot_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, area text NOT NULL REFERENCES areas,
  starts_at timestamptz NOT NULL, minutes smallint NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
  capacity int NOT NULL CHECK (capacity BETWEEN 0 AND 10000), taken int NOT NULL DEFAULT 0,
  UNIQUE (area, starts_at), CHECK (taken BETWEEN 0 AND capacity)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
-- A case has one slot at most. Until it is kept it ends with the clock `slot_hold` of the case: when that
-- is, is written down there and nowhere else.
CREATE TABLE slot_holds (
  case_id bigint PRIMARY KEY REFERENCES cases, slot_id bigint NOT NULL REFERENCES slots, kept bool NOT NULL);
CREATE INDEX slot_holds_slot ON slot_holds (slot_id);

CREATE FUNCTION area_of(p_country text, p_postcode text) RETURNS text LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT CASE WHEN left(p_postcode, length(r.last)) <= r.last THEN r.area END
     FROM (SELECT area, last FROM area_postcodes WHERE country = p_country AND first <= p_postcode COLLATE "C" ORDER BY first DESC LIMIT 1) r); END $$;
CREATE FUNCTION area_of_ean(p_ean text) RETURNS text LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT area_of(country, postcode) FROM connections WHERE ean = p_ean); END $$;
-- The area of a case: that of its connection; of one that only the EAN code book knows, that of the
-- address which was searched (PRIO-20).
CREATE FUNCTION area_of_case(c cases, p_ean text) RETURNS text LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF c.case_id IS NULL OR EXISTS (SELECT 1 FROM connections WHERE ean = p_ean) THEN RETURN area_of_ean(p_ean); END IF;
  RETURN (SELECT area_of(p.country, t.body) FROM processes p, texts t WHERE p.process = c.process AND t.text_id = (c.facts -> 'postcode' ->> 'text')::uuid AND t.case_id = c.case_id);
END $$;
CREATE FUNCTION slot_clock_runs(p_case bigint) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM deadlines WHERE case_id = p_case AND key = 'slot_hold' AND outcome IS NULL); END $$;

-- The only place where a hold begins, moves or ends. The caller holds the case, so that its old slot
-- stays its old slot; both rows are locked by number, then the new one is taken and the old one given
-- back, together or not at all.
CREATE FUNCTION slot_move(p_case bigint, p_slot bigint, p_kept bool) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE old_ bigint := (SELECT slot_id FROM slot_holds WHERE case_id = p_case);
BEGIN
  IF p_slot IS DISTINCT FROM old_ THEN
    PERFORM 1 FROM slots WHERE slot_id IN (old_, p_slot) ORDER BY slot_id FOR NO KEY UPDATE;
    IF p_slot IS NOT NULL THEN
      UPDATE slots SET taken = taken + 1 WHERE slot_id = p_slot AND taken < capacity;
      IF NOT FOUND THEN PERFORM refuse('slot_taken', 'PRIO-30', '{"field":"slot"}'); END IF;
    END IF;
    UPDATE slots SET taken = taken - 1 WHERE slot_id = old_;
  END IF;
  IF p_slot IS NULL THEN
    DELETE FROM slot_holds WHERE case_id = p_case;
  ELSE
    INSERT INTO slot_holds AS h VALUES (p_case, p_slot, p_kept)
      ON CONFLICT (case_id) DO UPDATE SET slot_id = excluded.slot_id, kept = excluded.kept WHERE (h.slot_id, h.kept) <> (excluded.slot_id, excluded.kept);
  END IF;
END $$;
-- What `slot` of a change does: {"act": "hold" | "confirm" | "release", "slot": number or null}. A hold
-- ends with the clock `slot_hold`; where none runs, as after a confirmation, it is kept without end.
-- Confirming without a number keeps what is held. Called after the clocks of the change were written;
-- `p_case` has its new facts.
CREATE FUNCTION slot_apply(p_case cases, p_change jsonb) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE s jsonb := p_change -> 'slot'; act text := s ->> 'act'; wanted bigint := (s ->> 'slot')::bigint; x slots%ROWTYPE; held bigint;
BEGIN
  IF jsonb_typeof(s) IS DISTINCT FROM 'object' THEN RETURN; END IF;
  SELECT slot_id INTO held FROM slot_holds WHERE case_id = p_case.case_id;
  IF act = 'release' THEN
    PERFORM slot_move(p_case.case_id, NULL, false);
    RETURN;
  END IF;
  IF wanted IS NULL AND act = 'confirm' THEN
    IF held IS NULL THEN PERFORM refuse('slot_not_held', 'PRIO-31'); END IF;
    wanted := held;
  END IF;
  SELECT * INTO x FROM slots WHERE slot_id = wanted;
  IF NOT FOUND THEN PERFORM refuse('slot_unknown', 'PRIO-30', '{"field":"slot"}'); END IF;
  -- the start that people were shown is the start that it has
  IF p_change -> 'facts' ? 'slot_start' AND (p_change -> 'facts' ->> 'slot_start')::timestamptz <> x.starts_at THEN
    PERFORM refuse('slot_start_differs', 'PRIO-30', '{"field":"slot"}'); END IF;
  IF wanted IS DISTINCT FROM held THEN
    IF x.starts_at <= legal_now() THEN PERFORM refuse('slot_past', 'PRIO-30', jsonb_build_object('field', 'slot', 'start', x.starts_at)); END IF;
    IF x.area IS DISTINCT FROM area_of_case(p_case, p_case.facts ->> 'ean') THEN PERFORM refuse('slot_other_area', 'PRIO-30', '{"field":"slot"}'); END IF;
  END IF;
  PERFORM slot_move(p_case.case_id, wanted, act = 'confirm' OR NOT slot_clock_runs(p_case.case_id));
END $$;
-- the shape of it, and that the line of the table has it
CREATE FUNCTION slot_check(p_change jsonb, p_allowed text[]) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE s jsonb := p_change -> 'slot';
BEGIN
  IF s IS NULL OR s = 'null' THEN RETURN; END IF;
  IF jsonb_typeof(s) <> 'object' OR s ->> 'act' IS NULL OR (jsonb_typeof(s -> 'slot') = 'number' AND s ->> 'slot' !~ '^[0-9]{1,15}$')
     OR coalesce(jsonb_typeof(s -> 'slot'), 'null') NOT IN ('null', 'number') OR (s ->> 'act' = 'hold' AND s ->> 'slot' IS NULL) THEN
    PERFORM refuse('not_in_table', '', jsonb_build_object('what', 'slot', 'given', left(s::text, 64)));
  END IF;
  PERFORM subset(ARRAY(SELECT jsonb_object_keys(s)), ARRAY['act', 'slot'], 'slot');
  PERFORM subset(ARRAY[s ->> 'act'], p_allowed, 'slot');
END $$;
-- taking back: the slot of before, if others left it
CREATE FUNCTION slot_back(p_case bigint, p_before jsonb) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE wanted bigint := (p_before ->> 'slot_id')::bigint; held bigint := (SELECT slot_id FROM slot_holds WHERE case_id = p_case);
BEGIN
  IF wanted IS NOT NULL AND wanted IS DISTINCT FROM held THEN
    PERFORM 1 FROM slots WHERE slot_id IN (held, wanted) ORDER BY slot_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM slots WHERE slot_id = wanted AND taken >= capacity) THEN PERFORM refuse('undo_slot', 'PRIO-30'); END IF;
  END IF;
  PERFORM slot_move(p_case, wanted, (p_before ->> 'kept')::bool);
END $$;
-- the slot of a case, for screens and letters
CREATE FUNCTION slot_json(p_case bigint) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT jsonb_build_object('slot_id', s.slot_id, 'area', s.area, 'starts_at', s.starts_at, 'minutes', s.minutes, 'kept', h.kept,
     'until', CASE WHEN NOT h.kept THEN (SELECT d.due_at FROM deadlines d WHERE d.case_id = p_case AND d.key = 'slot_hold' AND d.outcome IS NULL) END)
   FROM slot_holds h JOIN slots s USING (slot_id) WHERE h.case_id = p_case); END $$;

-- Start times with room at a connection, or for a case (which may be NULL) at one that no register has;
-- of some days from that local day on; `next` is the first day after them that has room. Nothing of the
-- past.
CREATE FUNCTION loket_api.slots_free(p_case bigint, p_ean text, p_from date, p_days int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a text; z text; c cases%ROWTYPE; n timestamptz := legal_now(); d int := least(greatest(p_days, 1), 31); lower_ timestamptz; upper_ timestamptz;
BEGIN
  PERFORM require_agent();
  SELECT * INTO c FROM cases WHERE case_id = p_case AND ARRAY[queue_id, firm_queue] && (SELECT my_queues())::int[];
  a := area_of_case(c, p_ean);
  z := zone_of(coalesce((SELECT country FROM connections WHERE ean = p_ean), (SELECT country FROM processes WHERE process = c.process)));
  lower_ := greatest(p_from::timestamp AT TIME ZONE z, n);
  upper_ := (p_from + d)::timestamp AT TIME ZONE z;
  RETURN jsonb_build_object('area', a, 'from', p_from, 'days', d,
    'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object('slot_id', s.slot_id, 'starts_at', s.starts_at, 'free', s.capacity - s.taken) ORDER BY s.starts_at), '[]')
      FROM (SELECT * FROM slots WHERE area = a AND starts_at > lower_ AND starts_at < upper_ AND taken < capacity ORDER BY starts_at LIMIT 500) s),
    'next', (SELECT (starts_at AT TIME ZONE z)::date FROM slots WHERE area = a AND starts_at >= greatest(upper_, n) AND taken < capacity ORDER BY starts_at LIMIT 1));
END $$;
-- all start times of an area, or of all, for those who plan
CREATE FUNCTION loket_api.slots_list(p_area text, p_from timestamptz, p_until timestamptz, p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('lead', 'auditor', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('slot_id', s.slot_id, 'area', s.area, 'country', a.country, 'starts_at', s.starts_at, 'minutes', s.minutes, 'capacity', s.capacity, 'taken', s.taken)
      ORDER BY s.area, s.starts_at), '[]')
    FROM (SELECT * FROM slots WHERE (p_area IS NULL OR area = p_area) AND starts_at >= p_from AND starts_at < p_until ORDER BY area, starts_at LIMIT least(greatest(p_limit, 1), 2000)) s JOIN areas a USING (area));
END $$;
-- Adds start times, or changes capacity and length of those that are there; answers per record, in
-- order: new, changed, known, or why not. Capacity 0 closes a start time that nobody has.
CREATE FUNCTION loket_api.slots_put(p jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('lead', 'admin'); r record; x slots%ROWTYPE; said text; answer jsonb := '[]'; n timestamptz := legal_now(); news int := 0; changes int := 0;
BEGIN
  IF jsonb_array_length(p) > 2000 THEN PERFORM refuse('too_many_records', '', '{"max":2000}'); END IF;
  PERFORM 1 FROM slots WHERE (area, starts_at) IN (SELECT area, starts_at FROM jsonb_to_recordset(p) AS i(area text, starts_at timestamptz)) ORDER BY slot_id FOR NO KEY UPDATE;
  FOR r IN SELECT i.* FROM jsonb_array_elements(p) WITH ORDINALITY q(j, n), jsonb_to_record(j) AS i(area text, starts_at timestamptz, minutes int, capacity int) ORDER BY q.n LOOP
    SELECT * INTO x FROM slots WHERE area = r.area AND starts_at = r.starts_at FOR NO KEY UPDATE;
    said := CASE WHEN r.starts_at IS NULL OR r.minutes IS NULL OR r.minutes NOT BETWEEN 5 AND 1440 OR r.capacity IS NULL OR r.capacity NOT BETWEEN 0 AND 10000 THEN 'bad_slot'
      WHEN NOT EXISTS (SELECT 1 FROM areas WHERE area = r.area) THEN 'unknown_area' WHEN x.slot_id IS NULL AND r.starts_at <= n THEN 'in_the_past'
      WHEN r.capacity < x.taken THEN 'below_taken' WHEN x.slot_id IS NULL THEN 'new' WHEN (x.minutes, x.capacity) = (r.minutes, r.capacity) THEN 'known' ELSE 'changed' END;
    IF said = 'new' THEN
      INSERT INTO slots (area, starts_at, minutes, capacity) VALUES (r.area, r.starts_at, r.minutes, r.capacity);
      news := news + 1;
    ELSIF said = 'changed' THEN
      UPDATE slots SET minutes = r.minutes, capacity = r.capacity WHERE slot_id = x.slot_id;
      changes := changes + 1;
    END IF;
    answer := answer || to_jsonb(said);
  END LOOP;
  IF news + changes > 0 THEN INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'slots', jsonb_build_object('new', news, 'changed', changes)); END IF;
  RETURN answer;
END $$;
CREATE FUNCTION loket_api.slot_capacity(p_slot bigint, p_capacity int) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('lead', 'admin'); x slots%ROWTYPE;
BEGIN
  SELECT * INTO x FROM slots WHERE slot_id = p_slot FOR NO KEY UPDATE;
  IF NOT FOUND THEN PERFORM refuse('slot_unknown'); END IF;
  IF p_capacity IS NULL OR p_capacity NOT BETWEEN 0 AND 10000 THEN PERFORM refuse('bad_capacity'); END IF;
  IF p_capacity < x.taken THEN PERFORM refuse('slot_below_taken', '', jsonb_build_object('taken', x.taken)); END IF;
  IF p_capacity <> x.capacity THEN
    UPDATE slots SET capacity = p_capacity WHERE slot_id = p_slot;
    INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'slot_capacity', jsonb_build_object('slot', p_slot, 'from', x.capacity, 'to', p_capacity));
  END IF;
  RETURN jsonb_build_object('slot_id', x.slot_id, 'area', x.area, 'country', (SELECT country FROM areas WHERE area = x.area), 'starts_at', x.starts_at, 'minutes', x.minutes, 'capacity', p_capacity, 'taken', x.taken);
END $$;

-- all postcodes of the countries that are named: what is not there any more is in no area
CREATE FUNCTION loket_api.areas_put(p jsonb) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('admin'); r record; n int;
BEGIN
  IF jsonb_array_length(p) > 20000 THEN PERFORM refuse('too_many_records', '', '{"max":20000}'); END IF;
  FOR r IN SELECT * FROM jsonb_to_recordset(p) AS i(country text, area text, first text, last text) LOOP
    IF (r.country ~ '^[A-Z]{2}$' AND r.area ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$' AND r.first ~ '^[0-9A-Z]{1,6}$' AND r.last ~ '^[0-9A-Z]{1,6}$' AND length(r.first) = length(r.last)
        AND r.first COLLATE "C" <= r.last COLLATE "C") IS NOT TRUE THEN
      PERFORM refuse('bad_area', '', jsonb_build_object('area', left(coalesce(r.area, ''), 20), 'first', left(coalesce(r.first, ''), 6), 'last', left(coalesce(r.last, ''), 6)));
    END IF;
    IF EXISTS (SELECT 1 FROM areas WHERE area = r.area AND country <> r.country) THEN PERFORM refuse('area_elsewhere', '', jsonb_build_object('area', r.area)); END IF;
    INSERT INTO areas VALUES (r.area, r.country) ON CONFLICT DO NOTHING;
  END LOOP;
  -- a prefix stands for all that begins with it
  SELECT x.first, x.last, x.area INTO r FROM (SELECT i.*, lag(rpad(i.last, 6, '~')) OVER (PARTITION BY i.country ORDER BY rpad(i.first, 6, ' ') COLLATE "C", i.last COLLATE "C") AS before
      FROM jsonb_to_recordset(p) AS i(country text, area text, first text, last text)) x WHERE x.before COLLATE "C" >= rpad(x.first, 6, ' ') COLLATE "C" LIMIT 1;
  IF FOUND THEN PERFORM refuse('area_overlap', '', jsonb_build_object('area', r.area, 'first', r.first, 'last', r.last)); END IF;
  DELETE FROM area_postcodes WHERE country IN (SELECT country FROM jsonb_to_recordset(p) AS i(country text));
  INSERT INTO area_postcodes (country, first, last, area) SELECT country, first, last, area FROM jsonb_to_recordset(p) AS i(country text, area text, first text, last text);
  GET DIAGNOSTICS n = ROW_COUNT;
  INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'areas', jsonb_build_object('ranges', n));
  RETURN n;
END $$;
CREATE FUNCTION loket_api.areas() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_agent();
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('country', country, 'area', area, 'first', first, 'last', last) ORDER BY country, first), '[]') FROM area_postcodes);
END $$;

-- what does not add up, as sentences; what a case says of its slot is compared by the client
CREATE FUNCTION loket_api.verify_slots() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('auditor', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('slot_id', s.slot_id, 'taken', s.taken, 'holds', coalesce(h.n, 0)) ORDER BY s.slot_id), '[]')
    FROM slots s LEFT JOIN (SELECT slot_id, count(*) AS n FROM slot_holds GROUP BY 1) h USING (slot_id) WHERE s.taken <> coalesce(h.n, 0));
END $$;
