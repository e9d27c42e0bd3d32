-- Finding again: which version of a case somebody looked at last, and filters with a name.
SET LOCAL search_path = loket, pg_catalog, ext;

-- The last look of an agent at a case: what has a later version has not been read since. At most 200 of
-- an agent are kept, and none for longer than 30 days.
CREATE TABLE looks (
  agent_id int NOT NULL REFERENCES agents,
  case_id bigint NOT NULL,                          -- no foreign key: a look must not wait for the lock of a case
  version int NOT NULL,                             -- 0: to be read again, says the agent
  at timestamptz NOT NULL,                          -- technical time
  PRIMARY KEY (agent_id, case_id));
CREATE INDEX looks_recent ON looks (agent_id, at DESC);

-- Own ones, and those of a queue for all who work on it. The line is read by the console: what it does
-- not know it refuses there.
CREATE TABLE filters (
  filter_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agent_id int REFERENCES agents, queue_id int REFERENCES queues,
  name text NOT NULL CHECK (name ~ '^[[:alnum:]_-]{1,30}$'), line text NOT NULL CHECK (char_length(line) BETWEEN 1 AND 400),
  saved_by int NOT NULL REFERENCES agents, saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((agent_id IS NULL) <> (queue_id IS NULL)));
CREATE UNIQUE INDEX filters_own ON filters (agent_id, name) WHERE agent_id IS NOT NULL;
CREATE UNIQUE INDEX filters_team ON filters (queue_id, name) WHERE queue_id IS NOT NULL;

-- Which columns a list of an agent shows, in their order: the list of a queue, or (no queue) of the cases
-- that are held. Without a row it is as it comes. The names are the console's: it leaves out what it does
-- not know.
CREATE TABLE list_columns (
  agent_id int NOT NULL REFERENCES agents, queue_id int REFERENCES queues,
  shown text[] NOT NULL, saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE NULLS NOT DISTINCT (agent_id, queue_id));

-- What I looked at, the latest last. Two consoles of one agent stand in line.
CREATE FUNCTION loket_api.looked(p_cases bigint[], p_versions int[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent(); t timestamptz := clock_timestamp();
BEGIN
  IF cardinality(p_cases) > 200 OR cardinality(p_cases) <> cardinality(p_versions) THEN PERFORM refuse('too_many_looks', '', '{"most": 200}'); END IF;
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(4244, a);
  INSERT INTO looks SELECT DISTINCT ON (x.id) a, x.id, x.version, t + x.n * interval '1 microsecond'
      FROM unnest(p_cases, p_versions) WITH ORDINALITY x(id, version, n) JOIN cases c ON c.case_id = x.id
      WHERE ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[] ORDER BY x.id, x.n DESC
    ON CONFLICT (agent_id, case_id) DO UPDATE SET version = excluded.version, at = excluded.at;
  DELETE FROM looks WHERE agent_id = a AND (at < t - interval '30 days'
    OR at < (SELECT l.at FROM looks l WHERE l.agent_id = a ORDER BY l.at DESC OFFSET 199 LIMIT 1));
END $$;
CREATE FUNCTION loket_api.looks_mine() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent();
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_id', case_id, 'version', version) ORDER BY at DESC), '[]') FROM looks WHERE agent_id = a);
END $$;
-- The cases that I looked at, the latest first, as far as they are in my queues still.
CREATE FUNCTION loket_api.recent(p_limit int) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent();
BEGIN
  RETURN rows_json(ARRAY(SELECT l.case_id FROM looks l JOIN cases c USING (case_id) WHERE l.agent_id = a
    AND ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[] ORDER BY l.at DESC LIMIT least(greatest(p_limit, 1), 100)));
END $$;

CREATE FUNCTION loket_api.filters_mine() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent();
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('filter_id', f.filter_id, 'name', f.name, 'line', f.line, 'queue', q.key, 'by', g.name) ORDER BY f.queue_id NULLS FIRST, f.name), '[]')
    FROM filters f JOIN agents g ON g.agent_id = f.saved_by LEFT JOIN queues q USING (queue_id)
    WHERE f.agent_id = a OR f.queue_id = ANY ((SELECT my_queues())::int[]));
END $$;
-- Saves a line under a name, mine or (as a lead) of a queue; what had that name before is replaced.
CREATE FUNCTION loket_api.filter_save(p_cmd uuid, p_name text, p_line text, p_queue int) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); r jsonb; own int; i int;
BEGIN
  IF p_queue IS NOT NULL THEN PERFORM require_role('lead', 'admin'); END IF;
  r := command_begin(p_cmd, a, 'filter_save', concat_ws(' ', p_name, p_queue, md5(p_line))); IF r IS NOT NULL THEN RETURN r; END IF;
  IF p_queue <> ALL (own_queues()) THEN PERFORM refuse('queue_not_yours'); END IF;
  IF p_name !~ '^[[:alnum:]_-]{1,30}$' THEN PERFORM refuse('filter_name', '', jsonb_build_object('given', left(p_name, 60))); END IF;
  IF char_length(p_line) NOT BETWEEN 1 AND 400 OR p_line ~ '[[:cntrl:]]' THEN PERFORM refuse('filter_line'); END IF;
  own := CASE WHEN p_queue IS NULL THEN a END;
  PERFORM pg_advisory_xact_lock(4245, coalesce(p_queue, a));
  DELETE FROM filters WHERE name = p_name AND (agent_id = own OR queue_id = p_queue);
  IF (SELECT count(*) FROM filters WHERE agent_id = own OR queue_id = p_queue) >= 50 THEN PERFORM refuse('too_many_filters', '', '{"most": 50}'); END IF;
  INSERT INTO filters (agent_id, queue_id, name, line, saved_by) VALUES (own, p_queue, p_name, p_line, a) RETURNING filter_id INTO i;
  RETURN command_end(p_cmd, jsonb_build_object('filter', i));
END $$;
-- Throws one away: mine, or as a lead one of my queue.
CREATE FUNCTION loket_api.filter_drop(p_cmd uuid, p_filter int) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); r jsonb; f filters%ROWTYPE;
BEGIN
  r := command_begin(p_cmd, a, 'filter_drop', p_filter::text); IF r IS NOT NULL THEN RETURN r; END IF;
  SELECT * INTO f FROM filters WHERE filter_id = p_filter AND (agent_id = a OR queue_id = ANY (own_queues()));
  IF f.queue_id IS NOT NULL THEN PERFORM require_role('lead', 'admin'); END IF;
  DELETE FROM filters WHERE filter_id = f.filter_id;
  RETURN command_end(p_cmd, jsonb_build_object('filter', f.filter_id));
END $$;

-- The columns that an agent chose, list by list: told when a session is opened.
CREATE FUNCTION columns_of(p_agent int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(jsonb_build_object('queue_id', queue_id, 'shown', shown) ORDER BY queue_id NULLS FIRST), '[]')
   FROM list_columns WHERE agent_id = p_agent $$;
-- Keeps which columns my list of a queue shows (no queue: of the cases that I hold); none: as it comes.
CREATE FUNCTION loket_api.columns_save(p_queue int, p_shown text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent();
BEGIN
  IF p_queue <> ALL ((SELECT my_queues())::int[]) THEN PERFORM refuse('queue_not_yours'); END IF;
  IF p_shown IS NULL OR cardinality(p_shown) > 20 OR EXISTS (SELECT 1 FROM unnest(p_shown) x WHERE x IS NULL OR x !~ '^[a-z_]{1,20}$') THEN PERFORM refuse('list_columns', '', '{"most": 20}'); END IF;
  IF cardinality(p_shown) = 0 THEN
    DELETE FROM list_columns WHERE agent_id = a AND queue_id IS NOT DISTINCT FROM p_queue;
  ELSE
    INSERT INTO list_columns VALUES (a, p_queue, p_shown, clock_timestamp())
    ON CONFLICT (agent_id, queue_id) DO UPDATE SET shown = excluded.shown, saved_at = excluded.saved_at;
  END IF;
END $$;
