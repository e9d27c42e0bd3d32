-- Consumption: values by quarter-hour and hour, totals by day, what was corrected, and looking at them
-- under a sharing mandate (FLU-02, FLU-26, FLU-31; formats.md 5.10 and 5.11). Nobody reads these tables:
-- who looks does so by a function, with a purpose, and it is an event of the case.
SET LOCAL search_path = loket, pg_catalog, ext;

-- the contract in force of a provider, the open proposal about a party: few, among very many mandates
CREATE INDEX cases_of_party_open ON cases (party_gln) WHERE process IN ('contract', 'repeat_offender') AND work <> 'closed';

-- a short number for a connection: each value has it
CREATE TABLE consumption_points (
  point_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ean text NOT NULL UNIQUE REFERENCES connections);
-- the meters of a connection, which may be several at a time or one after the other; 0 is none: what is said
-- of the connection as a whole
CREATE TABLE consumption_meters (
  point_id int NOT NULL REFERENCES consumption_points, meter smallint NOT NULL CHECK (meter > 0), number text NOT NULL CHECK (number <> ''),
  PRIMARY KEY (point_id, meter), UNIQUE (point_id, number));
-- Wh, dm³ or W (peaks: minutes = 0, of the local month). A value that is missing has no row. Columns by
-- size, so that a row has no gaps; partitions by month of the start in UTC, made when they are needed.
CREATE TABLE consumption_values (
  starts_at timestamptz NOT NULL, value int NOT NULL CHECK (value >= 0), point_id int NOT NULL, register smallint NOT NULL,
  minutes smallint NOT NULL, status smallint NOT NULL, meter smallint NOT NULL,
  PRIMARY KEY (point_id, register, starts_at, meter)) PARTITION BY RANGE (starts_at);
-- Totals of local days, which have 23, 24 or 25 hours: reckoned from the values, or given by the source,
-- which then count. `covered`: the minutes for which there is a value; `status`: of the least sure one.
CREATE TABLE consumption_days (
  value bigint NOT NULL CHECK (value >= 0), day date NOT NULL, point_id int NOT NULL, register smallint NOT NULL,
  covered smallint NOT NULL, status smallint NOT NULL, meter smallint NOT NULL, given bool NOT NULL,
  PRIMARY KEY (point_id, register, day, meter)) PARTITION BY RANGE (day);
-- From when until when a register of a meter has values, by quarter-hours and hours, and by totals of days:
-- what is missing in between is missing, wherever somebody begins to look.
CREATE TABLE consumption_spans (
  point_id int NOT NULL, register smallint NOT NULL, meter smallint NOT NULL, is_fine bool NOT NULL, first_at timestamptz NOT NULL, last_at timestamptz NOT NULL,
  PRIMARY KEY (point_id, register, meter, is_fine));
-- what stood there before a surer or newer value came; append-only
CREATE TABLE consumption_changes (
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, changed_at timestamptz NOT NULL, starts_at timestamptz NOT NULL,
  point_id int NOT NULL REFERENCES consumption_points, register smallint NOT NULL, minutes smallint NOT NULL, meter smallint NOT NULL,
  old_value bigint NOT NULL, old_status smallint NOT NULL, new_value bigint NOT NULL, new_status smallint NOT NULL);
CREATE INDEX consumption_changes_point ON consumption_changes (point_id, starts_at);
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON consumption_changes FOR EACH ROW EXECUTE FUNCTION deny_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON consumption_changes FOR EACH STATEMENT EXECUTE FUNCTION deny_change();

CREATE FUNCTION brussels_day(p timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT (p AT TIME ZONE 'Europe/Brussels')::date $$;
CREATE FUNCTION brussels_begin(p date) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT p::timestamp AT TIME ZONE 'Europe/Brussels' $$;

-- Attached and not created as a part: that would stop all who read.
CREATE FUNCTION consumption_part(p_table text, p_name text, p_from text, p_to text) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  IF to_regclass('loket.' || p_name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE loket.%I (LIKE loket.%I INCLUDING ALL)', p_name, p_table);
  EXECUTE format('ALTER TABLE loket.%I ATTACH PARTITION loket.%I FOR VALUES FROM (%L) TO (%L)', p_table, p_name, p_from, p_to);
END $$;
CREATE FUNCTION consumption_parts(p_from timestamptz, p_to timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE m timestamp; y int;
BEGIN
  FOR m IN SELECT generate_series(date_trunc('month', p_from AT TIME ZONE 'UTC'), p_to AT TIME ZONE 'UTC', interval '1 month') LOOP
    PERFORM consumption_part('consumption_values', 'consumption_values_' || to_char(m, 'YYYY_MM'), to_char(m, 'YYYY-MM-DD') || 'Z', to_char(m + interval '1 month', 'YYYY-MM-DD') || 'Z');
  END LOOP;
  FOR y IN SELECT generate_series(extract(year FROM brussels_day(p_from))::int, extract(year FROM brussels_day(p_to))::int) LOOP
    PERFORM consumption_part('consumption_days', 'consumption_days_' || y, y || '-01-01', (y + 1) || '-01-01');
  END LOOP;
END $$;

-- which of these connections are there, with what is delivered; the importer asks once for each
CREATE FUNCTION loket_api.consumption_known(p_eans text[]) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('admin', 'worker');
  IF cardinality(p_eans) > 1000 THEN PERFORM refuse('too_many', '', '{"most":1000}'); END IF;
  RETURN (SELECT coalesce(jsonb_object_agg(ean, product), '{}') FROM connections WHERE ean = ANY (p_eans));
END $$;

-- A chunk of values: rows of one length in seven arrays. What is there already with the same value is known;
-- an older value that is less sure, or as sure, is replaced and kept in the changes; a surer one stays.
-- Minutes: 15, 60, 1440 (a local day), 0 (the peak of a month). One merge at a time.
CREATE TYPE consumption_row AS (point_id int, register smallint, starts_at timestamptz, minutes smallint, status smallint, value bigint, meter smallint);
CREATE FUNCTION loket_api.consumption_merge(p_ean text[], p_meter text[], p_register smallint[], p_start timestamptz[], p_minutes smallint[], p_status smallint[], p_value bigint[], p_dry bool)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE n timestamptz := legal_now(); r consumption_row[]; one consumption_row[]; total jsonb := '{"new":0,"changed":0,"known":0}'; part jsonb; is_day bool;
BEGIN
  PERFORM require_role('admin', 'worker');
  IF cardinality(p_ean) > 50000 OR NOT (cardinality(p_ean) = ALL (ARRAY[cardinality(p_meter), cardinality(p_register), cardinality(p_start), cardinality(p_minutes), cardinality(p_status), cardinality(p_value)]))
     OR EXISTS (SELECT 1 FROM unnest(p_meter, p_register, p_start, p_minutes, p_status, p_value) x(k, g, s, m, t, v)
       WHERE (octet_length(k) <= 40 AND g BETWEEN 1 AND 10 AND t BETWEEN 1 AND 3 AND m IN (0, 15, 60, 1440) AND v BETWEEN 0 AND 2147483647 AND s BETWEEN '2000-01-01Z' AND n + interval '1 day') IS NOT TRUE) THEN
    PERFORM refuse('bad_consumption'); END IF;
  IF cardinality(p_ean) = 0 THEN RETURN total; END IF;
  PERFORM pg_advisory_xact_lock(4247, 0);
  INSERT INTO consumption_points (ean) SELECT DISTINCT e FROM unnest(p_ean) e WHERE NOT p_dry AND EXISTS (SELECT 1 FROM connections k WHERE k.ean = e)
    AND NOT EXISTS (SELECT 1 FROM consumption_points p WHERE p.ean = e) ORDER BY 1;
  INSERT INTO consumption_meters (point_id, meter, number)
    SELECT y.point_id, coalesce((SELECT max(o.meter) FROM consumption_meters o WHERE o.point_id = y.point_id), 0) + row_number() OVER (PARTITION BY y.point_id ORDER BY y.k), y.k
      FROM (SELECT DISTINCT p.point_id, x.k FROM unnest(p_ean, p_meter) x(e, k) JOIN consumption_points p ON p.ean = x.e WHERE NOT p_dry AND x.k <> '') y
      WHERE NOT EXISTS (SELECT 1 FROM consumption_meters o WHERE o.point_id = y.point_id AND o.number = y.k);
  -- what is said twice in one chunk: the last one counts
  SELECT array_agg(ROW(point_id, g, s, m, t, v, meter)::consumption_row ORDER BY point_id, g, s, meter) INTO r FROM (
    SELECT DISTINCT ON (x.e, x.k, x.g, x.s, x.m = 1440) coalesce(p.point_id, -1) AS point_id, x.g, x.s, x.m, x.t, x.v, CASE x.k WHEN '' THEN 0 ELSE coalesce(q.meter, -1) END AS meter
      FROM unnest(p_ean, p_meter, p_register, p_start, p_minutes, p_status, p_value) WITH ORDINALITY x(e, k, g, s, m, t, v, i)
        LEFT JOIN consumption_points p ON p.ean = x.e LEFT JOIN consumption_meters q ON q.point_id = p.point_id AND q.number = x.k
      WHERE (p_dry OR p.point_id IS NOT NULL)
        -- what is said of the connection as a whole adds nothing where its meters have values
        AND NOT (x.k = '' AND EXISTS (SELECT 1 FROM consumption_values v WHERE x.m <> 1440 AND v.point_id = p.point_id AND v.register = x.g AND v.starts_at = x.s AND v.meter > 0))
        AND NOT (x.k = '' AND EXISTS (SELECT 1 FROM consumption_days v WHERE x.m = 1440 AND v.point_id = p.point_id AND v.register = x.g AND v.day = brussels_day(x.s) AND v.meter > 0))
      ORDER BY x.e, x.k, x.g, x.s, x.m = 1440, x.i DESC) y;
  INSERT INTO consumption_spans AS t SELECT x.point_id, x.register, x.meter, x.minutes < 1440, min(x.starts_at), max(CASE x.minutes WHEN 1440 THEN brussels_begin(brussels_day(x.starts_at) + 1) ELSE x.starts_at + make_interval(mins => x.minutes) END)
      FROM unnest(r) x WHERE NOT p_dry AND x.minutes > 0 AND x.meter > 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (point_id, register, meter, is_fine) DO UPDATE SET first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)
      WHERE excluded.first_at < t.first_at OR excluded.last_at > t.last_at;
  FOREACH is_day IN ARRAY ARRAY[false, true] LOOP
    one := ARRAY(SELECT x FROM unnest(r) x WHERE (x.minutes = 1440) = is_day);
    IF cardinality(one) > 0 THEN
      part := CASE WHEN is_day THEN consumption_put_days(one, n, p_dry) ELSE consumption_put(one, n, p_dry) END;
      total := (SELECT jsonb_object_agg(key, value::int + (part ->> key)::int) FROM jsonb_each_text(total));
    END IF;
  END LOOP;
  RETURN total;
END $$;

CREATE FUNCTION consumption_put(p consumption_row[], p_now timestamptz, p_dry bool) RETURNS jsonb LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE lo timestamptz; hi timestamptz; points int[]; v_new int; v_changed int := 0;
BEGIN
  SELECT min(x.starts_at), max(x.starts_at), array_agg(DISTINCT x.point_id) INTO lo, hi, points FROM unnest(p) x;
  IF NOT EXISTS (SELECT 1 FROM consumption_values v WHERE v.point_id = ANY (points) AND v.starts_at BETWEEN lo AND hi) THEN
    v_new := cardinality(p);
    IF NOT p_dry THEN
      PERFORM consumption_parts(lo, hi);
      INSERT INTO consumption_values (starts_at, value, point_id, register, minutes, status, meter) SELECT x.starts_at, x.value, x.point_id, x.register, x.minutes, x.status, x.meter FROM unnest(p) x;
    END IF;
  ELSE
    IF NOT p_dry THEN PERFORM consumption_parts(lo, hi); END IF;
    WITH i AS MATERIALIZED (SELECT * FROM unnest(p)),
      o AS (SELECT v.*, i.value AS new_value, i.status AS new_status, i.minutes AS new_minutes FROM i
        JOIN consumption_values v ON v.point_id = i.point_id AND v.register = i.register AND v.starts_at = i.starts_at AND v.meter = i.meter AND v.starts_at BETWEEN lo AND hi),
      c AS (SELECT * FROM o WHERE new_status >= status AND (value, status, minutes) IS DISTINCT FROM (new_value, new_status, new_minutes)),
      u AS (UPDATE consumption_values v SET value = c.new_value, status = c.new_status, minutes = c.new_minutes FROM c
        WHERE NOT p_dry AND v.point_id = c.point_id AND v.register = c.register AND v.starts_at = c.starts_at AND v.meter = c.meter AND v.starts_at BETWEEN lo AND hi),
      l AS (INSERT INTO consumption_changes (changed_at, starts_at, point_id, register, minutes, meter, old_value, old_status, new_value, new_status)
        SELECT p_now, starts_at, point_id, register, minutes, meter, value, status, new_value, new_status FROM c WHERE NOT p_dry),
      f AS (SELECT i.* FROM i WHERE NOT EXISTS (SELECT 1 FROM consumption_values v WHERE v.point_id = i.point_id AND v.register = i.register AND v.starts_at = i.starts_at AND v.meter = i.meter AND v.starts_at BETWEEN lo AND hi)),
      w AS (INSERT INTO consumption_values (starts_at, value, point_id, register, minutes, status, meter) SELECT starts_at, value, point_id, register, minutes, status, meter FROM f WHERE NOT p_dry)
      SELECT (SELECT count(*) FROM f), (SELECT count(*) FROM c) INTO v_new, v_changed;
  END IF;
  IF NOT p_dry AND v_new + v_changed > 0 THEN PERFORM consumption_total(p, lo, hi); END IF;
  RETURN jsonb_build_object('new', v_new, 'changed', v_changed, 'known', cardinality(p) - v_new - v_changed);
END $$;

-- the totals of the days that these values lie in, anew
CREATE FUNCTION consumption_total(p consumption_row[], p_lo timestamptz, p_hi timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO consumption_days AS t (value, day, point_id, register, covered, status, meter, given)
    SELECT s.value, d.day, d.point_id, d.register, s.covered, s.status, d.meter, false
      FROM (SELECT DISTINCT x.point_id, x.register, x.meter, brussels_day(x.starts_at) AS day FROM unnest(p) x WHERE x.minutes > 0) d,
        LATERAL (SELECT sum(v.value) AS value, sum(v.minutes) AS covered, min(v.status) AS status FROM consumption_values v
          WHERE v.point_id = d.point_id AND v.register = d.register AND v.meter = d.meter AND v.starts_at >= brussels_begin(d.day) AND v.starts_at < brussels_begin(d.day + 1)
            AND v.starts_at BETWEEN p_lo - interval '2 days' AND p_hi + interval '2 days' AND v.minutes > 0) s
      WHERE s.value IS NOT NULL
    -- what the source gave stays, unless as much of the day is known more surely
    ON CONFLICT (point_id, register, day, meter) DO UPDATE SET value = excluded.value, covered = excluded.covered, status = excluded.status, given = false
      WHERE NOT t.given OR t.status < excluded.status AND t.covered <= excluded.covered;
END $$;

CREATE FUNCTION consumption_put_days(p consumption_row[], p_now timestamptz, p_dry bool) RETURNS jsonb LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v_new int; v_changed int; lo timestamptz; hi timestamptz;
BEGIN
  SELECT min(x.starts_at), max(x.starts_at) INTO lo, hi FROM unnest(p) x;
  IF NOT p_dry THEN PERFORM consumption_parts(lo, hi); END IF;
  WITH i AS MATERIALIZED (SELECT x.*, brussels_day(x.starts_at) AS day FROM unnest(p) x),
    o AS (SELECT i.*, t.value AS old_value, t.status AS old_status, t.given, t.covered AS old_covered FROM i JOIN consumption_days t ON t.point_id = i.point_id AND t.register = i.register AND t.day = i.day AND t.meter = i.meter),
    -- what was reckoned gives way to as sure a total, and where a part of the day is missing
    c AS (SELECT * FROM o WHERE CASE WHEN given THEN status >= old_status AND (value, status) IS DISTINCT FROM (old_value, old_status)
      ELSE status >= old_status OR old_covered < extract(epoch FROM brussels_begin(day + 1) - brussels_begin(day)) / 60 END),
    l AS (INSERT INTO consumption_changes (changed_at, starts_at, point_id, register, minutes, meter, old_value, old_status, new_value, new_status)
      SELECT p_now, starts_at, point_id, register, 1440, meter, old_value, old_status, value, status FROM c WHERE NOT p_dry AND given),
    u AS (UPDATE consumption_days t SET value = c.value, status = c.status, given = true, covered = extract(epoch FROM brussels_begin(c.day + 1) - brussels_begin(c.day)) / 60 FROM c
      WHERE NOT p_dry AND t.point_id = c.point_id AND t.register = c.register AND t.day = c.day AND t.meter = c.meter),
    f AS (SELECT i.* FROM i WHERE NOT EXISTS (SELECT 1 FROM consumption_days t WHERE t.point_id = i.point_id AND t.register = i.register AND t.day = i.day AND t.meter = i.meter)),
    w AS (INSERT INTO consumption_days (value, day, point_id, register, covered, status, meter, given)
      SELECT value, day, point_id, register, extract(epoch FROM brussels_begin(day + 1) - brussels_begin(day)) / 60, status, meter, true FROM f WHERE NOT p_dry)
    SELECT (SELECT count(*) FROM f) + (SELECT count(*) FROM c WHERE NOT given), (SELECT count(*) FROM c WHERE given) INTO v_new, v_changed;
  RETURN jsonb_build_object('new', v_new, 'changed', v_changed, 'known', cardinality(p) - v_new - v_changed);
END $$;

-- ---------------------------------------------------------------- looking
-- What may be seen is decided by the client, which can say why not (domain::consumption::guard); here it is
-- decided again: nothing but an approved mandate that has not run out, nothing that it does not cover,
-- nothing outside of its period, nothing from the day on which the grid user changed.
CREATE FUNCTION consumption_check(c cases, p_from date, p_to date, p_grain int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE g text := c.facts ->> 'granularity'; fine bool := p_grain IN (15, 60);
BEGIN
  IF c.process <> 'sharing' THEN PERFORM refuse('not_a_mandate', 'FLU-24'); END IF;
  IF c.state <> 'active' THEN
    PERFORM refuse(CASE c.state WHEN 'requested' THEN 'mandate_not_approved' WHEN 'rejected' THEN 'mandate_not_approved' WHEN 'expired' THEN 'mandate_expired' ELSE 'mandate_ended' END,
      CASE c.state WHEN 'ended' THEN 'FLU-32' WHEN 'expired' THEN 'FLU-28' ELSE 'FLU-24' END); END IF;
  PERFORM contract_check(c.party_gln);
  IF NOT EXISTS (SELECT 1 FROM deadlines d WHERE d.case_id = c.case_id AND d.key = 'validity_3y' AND d.outcome IS NULL AND d.due_at > legal_now()) THEN PERFORM refuse('mandate_expired', 'FLU-28'); END IF;
  IF p_grain NOT IN (15, 60, 1440, 10080, 30000) OR p_from >= p_to OR p_to - p_from > (CASE WHEN fine THEN 7 ELSE 366 END) THEN PERFORM refuse('fine_by_week_only', 'FLU-26'); END IF;
  IF fine AND g = 'day' THEN PERFORM refuse('fine_not_shared', 'FLU-03'); END IF;
  IF NOT fine AND g = 'fine' THEN PERFORM refuse('days_not_shared', 'FLU-36'); END IF;
  IF p_grain = 15 AND (SELECT product FROM connections WHERE ean = c.ean) = 'G' THEN PERFORM refuse('gas_per_hour_only', 'FLU-02'); END IF;
  IF p_from < (c.facts ->> 'period_from')::date OR p_to > coalesce((c.facts ->> 'period_to')::date, 'infinity') THEN PERFORM refuse('outside_shared_period', 'FLU-27'); END IF;
  IF p_to > coalesce((c.facts ->> 'effective_date')::date, 'infinity') THEN PERFORM refuse('after_grid_user_changed', 'FLU-31'); END IF;
END $$;

-- Values of a connection: by quarter-hour or hour (at most a week), by day, week or month (at most a year).
-- Meters are added up. What is said of the connection as a whole counts where no meter has a value. Where a
-- meter that has values before and after has none, something of the sum is missing (covered: 0 minutes).
-- Of a day, meters beside each other are asked for the same time: the one of which least is known counts.
-- A meter that comes or goes on that day is there for a part of it: one after the other they make the day
-- (`beside`: how many such meters there are at a time), and beside one that is there all day what lies before
-- the first and behind the last of them is nothing that lacks.
CREATE FUNCTION consumption_of(p_ean text, p_from date, p_to date, p_grain int) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v_point int := (SELECT point_id FROM consumption_points WHERE ean = p_ean); all_registers smallint[] := '{1,2,3,4,5,6,7,8,9}'; found jsonb;
BEGIN
  IF p_grain IN (15, 60) THEN
    WITH x AS (SELECT y.*, bool_or(y.meter > 0) OVER (PARTITION BY y.register, y.starts_at) AS named FROM consumption_values y WHERE y.point_id = v_point AND y.register = ANY (all_registers)
        AND y.starts_at >= brussels_begin(p_from) AND y.starts_at < brussels_begin(p_to)),
      m AS MATERIALIZED (SELECT register, first_at, last_at FROM consumption_spans WHERE point_id = v_point AND is_fine),
      v AS (SELECT x.register, x.starts_at, min(x.status) AS status, sum(x.value) AS value,
          CASE WHEN bool_or(x.named) AND count(*) < (SELECT count(*) FROM m WHERE m.register = x.register AND m.first_at <= x.starts_at AND m.last_at > x.starts_at) THEN 0 ELSE max(x.minutes) END AS covered
        FROM x WHERE x.meter > 0 OR NOT x.named GROUP BY x.register, x.starts_at LIMIT 7000)
      SELECT jsonb_agg(jsonb_build_array(v.register, v.starts_at, v.covered, v.status, v.value, NULL) ORDER BY v.starts_at, v.register) INTO found FROM v;
  ELSE
    WITH y AS (SELECT t.register, t.day, t.meter, t.status, t.value, t.covered, brussels_begin(t.day) AS b, brussels_begin(t.day + 1) AS e, bool_or(t.meter > 0) OVER (PARTITION BY t.register, t.day) AS named
        FROM consumption_days t WHERE t.point_id = v_point AND t.register = ANY (all_registers) AND t.day >= p_from AND t.day < p_to),
      m AS MATERIALIZED (SELECT register, meter, min(first_at) AS lo, max(last_at) AS hi FROM consumption_spans WHERE point_id = v_point GROUP BY 1, 2),
      l AS MATERIALIZED (SELECT meter, min(lo) AS lo, max(hi) AS hi FROM m GROUP BY 1),
      x AS (SELECT y.*, greatest(l.lo, y.b) AS since, least(l.hi, y.e) AS until, coalesce(l.lo <= y.b AND l.hi >= y.e, true) AS all_day FROM y LEFT JOIN l USING (meter) WHERE y.meter > 0 OR NOT y.named),
      d AS (SELECT x.register, x.day, min(x.status) AS status, sum(x.value) AS value,
          CASE WHEN bool_or(x.named) AND count(*) < (SELECT count(*) FROM m WHERE m.register = x.register AND m.lo < min(x.e) AND m.hi > min(x.b)) THEN 0
            WHEN bool_and(x.all_day) THEN min(x.covered)
            ELSE least(min(x.covered) FILTER (WHERE x.all_day), (sum(x.covered) FILTER (WHERE NOT x.all_day) / max(CASE WHEN NOT x.all_day THEN (SELECT count(*) FROM m JOIN l USING (meter)
                WHERE m.register = x.register AND m.lo < x.e AND m.hi > x.b AND l.lo <= x.since AND l.hi > x.since AND NOT (l.lo <= x.b AND l.hi >= x.e)) END))::int
              + CASE WHEN bool_or(x.all_day) THEN extract(epoch FROM min(x.e) - min(x.b) - (max(x.until) FILTER (WHERE NOT x.all_day) - min(x.since) FILTER (WHERE NOT x.all_day)))::int / 60 ELSE 0 END) END AS covered
        FROM x GROUP BY x.register, x.day),
      -- Day and night cover no more of a day than there is: where each has a total of all of it, one of them stands for both. And of the registers of
      -- a direction (tariffs, then the one of all, then the one of what is active) the first that has anything of a day counts there.
      g AS (SELECT d.register, d.day, d.status, d.value, t.turn = min(t.turn) OVER (PARTITION BY d.day, t.way) AS counts,
          CASE WHEN t.turn = 1 AND sum(d.covered) OVER w > extract(epoch FROM brussels_begin(d.day + 1) - brussels_begin(d.day)) / 60
            AND row_number() OVER (PARTITION BY d.day, t.way, t.turn ORDER BY d.covered DESC, d.register) > 1 THEN 0 ELSE d.covered END AS covered
        FROM d, LATERAL (SELECT CASE WHEN d.register IN (1, 2, 3, 7) THEN 1 WHEN d.register IN (4, 5, 6, 8) THEN 2 ELSE d.register END AS way,
          CASE WHEN d.register IN (1, 2, 4, 5) THEN 1 WHEN d.register IN (3, 6) THEN 2 ELSE 3 END AS turn) t WINDOW w AS (PARTITION BY d.day, t.way, t.turn)),
      v AS (SELECT g.register, CASE p_grain WHEN 1440 THEN g.day WHEN 10080 THEN date_trunc('week', g.day::timestamp)::date ELSE date_trunc('month', g.day::timestamp)::date END AS first,
          sum(g.covered) AS covered, min(g.status) AS status, sum(g.value) AS value,
          CASE WHEN bool_or(g.counts) THEN jsonb_build_array(sum(g.value) FILTER (WHERE g.counts), sum(g.covered) FILTER (WHERE g.counts)) END AS own FROM g GROUP BY 1, 2 LIMIT 4000)
      SELECT jsonb_agg(jsonb_build_array(v.register, brussels_begin(v.first), v.covered, v.status, v.value, v.own) ORDER BY v.first, v.register) INTO found FROM v;
  END IF;
  RETURN coalesce(found, '[]');
END $$;

-- The highest quarter-hour of each month that is shared as a whole (W): of a month that is cut it may be somebody
-- else's (FLU-31). Of several meters the highest counts: beside each other that is less than what both took.
CREATE FUNCTION consumption_peaks(p_ean text, p_from date, p_to date) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE v_point int := (SELECT point_id FROM consumption_points WHERE ean = p_ean); peak smallint := 10;
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_array(brussels_day(x.starts_at), x.status, x.value) ORDER BY x.starts_at), '[]') FROM (
    SELECT DISTINCT ON (v.starts_at) v.starts_at, v.status, v.value FROM consumption_values v
      WHERE v.point_id = v_point AND v.register = peak AND v.starts_at >= brussels_begin(p_from) AND v.starts_at < brussels_begin(p_to)
        AND (brussels_day(v.starts_at) + interval '1 month')::date <= p_to ORDER BY v.starts_at, v.value DESC, v.status LIMIT 100) x);
END $$;

-- Whether who lives or lived at the connection, or whoever shares, is protected (decision 21).
CREATE FUNCTION consumption_hidden(c cases) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$ BEGIN RETURN is_hidden(c) OR is_hidden_at(c.ean); END $$;

-- Looking is an event of the case, with its purpose; what was seen stands in none. It changes nothing of the
-- case: the version stays. An export is the same, said as what it is. The connection is named by the ends of
-- its number; by all of it (`p_whole`) only for whom it is asked, as a part of that event, and never where
-- anybody is protected (decision 21).
CREATE FUNCTION loket_api.consumption_read(p_cmd uuid, p_session uuid, p_case bigint, p_from date, p_to date, p_grain int, p_purpose text, p_export bool, p_whole bool) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); r jsonb; c cases%ROWTYPE; t timestamptz; whole bool := coalesce(p_whole, false);
BEGIN
  r := command_begin(p_cmd, a, 'consumption', concat_ws(' ', p_case, p_from, p_to, p_grain, p_purpose, p_export, whole));
  IF r IS NULL THEN PERFORM require_seat(p_session, a); END IF;
  c := case_lock(p_case);
  PERFORM consumption_check(c, p_from, p_to, p_grain);
  IF p_purpose IS NULL OR p_purpose NOT IN ('question', 'check', 'complaint', 'hand_over') THEN
    PERFORM refuse('not_a_choice', '', '{"field":"look_purpose","choices":"question, check, complaint, hand_over"}'); END IF;
  IF whole AND consumption_hidden(c) THEN PERFORM refuse('person_protected'); END IF;
  IF r IS NULL THEN
    c.version := c.version - 1;                       -- case_write raises it
    c := case_write(c, CASE WHEN p_export THEN 'consumption_exported' ELSE 'consumption_seen' END, a, p_session, p_cmd,
      jsonb_build_object('purpose', p_purpose, 'from', p_from, 'to', p_to, 'minutes', p_grain) || CASE WHEN whole THEN '{"whole":true}' ELSE '{}' END::jsonb, legal_now());
    r := command_end(p_cmd, jsonb_build_object('until', clock_timestamp() + CASE WHEN whole THEN unmask_time() ELSE interval '1 minute' END));
  END IF;
  -- an answer that was lost is given again; who looks later looks anew, and that is an event of its own
  t := clock_timestamp();
  IF (r ->> 'until')::timestamptz <= t THEN PERFORM refuse('look_over'); END IF;
  RETURN jsonb_build_object('ean', CASE WHEN whole THEN c.ean ELSE left(c.ean, 4) || '..........' || right(c.ean, 4) END, 'energy', (SELECT product FROM connections WHERE ean = c.ean), 'from', p_from, 'to', p_to,
    'values', consumption_of(c.ean, p_from, p_to, p_grain), 'peaks', CASE WHEN p_grain >= 1440 THEN consumption_peaks(c.ean, p_from, p_to) ELSE '[]' END);
END $$;
