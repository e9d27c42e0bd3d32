-- Drafts: what was typed and not sent; places: where somebody was. Rows of one agent, touched by nobody
-- else's event (a claim, a take-over, the end of a lease change no draft; they may only show it to the
-- next holder). Free text is personal data: no role may read these tables, only functions give them out.
SET LOCAL search_path = loket, pg_catalog, ext;

CREATE TABLE drafts (
  draft_id uuid PRIMARY KEY,                        -- made by the console when a form is first typed in
  agent_id int NOT NULL REFERENCES agents,
  case_id bigint,                                   -- NULL for an opening; no foreign key: a save must not wait for the lock of a case
  form text NOT NULL CHECK (form ~ '^[a-z_]{1,40}(:[a-z0-9_]{1,60})?$'),
  body jsonb NOT NULL,
  command uuid,                                     -- under which it will be written; NULL when it differs from what was sent
  writer uuid NOT NULL,                             -- the console that saved it last
  rev bigint NOT NULL CHECK (rev > 0),
  shared bool NOT NULL DEFAULT false,               -- the holder of the case may read it and take a copy
  saved_at timestamptz NOT NULL);                   -- technical time
CREATE INDEX drafts_agent ON drafts (agent_id, saved_at DESC);
CREATE INDEX drafts_case ON drafts (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX drafts_command ON drafts (command) WHERE command IS NOT NULL;
CREATE INDEX drafts_saved ON drafts (saved_at);

CREATE TABLE places (agent_id int PRIMARY KEY REFERENCES agents, body jsonb NOT NULL, saved_at timestamptz NOT NULL);

-- Whether that command was carried out. `command_end` deletes its draft in the same transaction; this
-- covers a save that was under way at that moment.
CREATE FUNCTION is_done(p_command uuid, p_agent int) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM commands WHERE cmd_id = p_command AND agent_id = p_agent AND result IS NOT NULL); END $$;
-- whether that agent may read the case of that number
CREATE FUNCTION is_in_queue(p_agent int, p_case bigint) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM cases c JOIN agents a ON a.agent_id = p_agent WHERE c.case_id = p_case AND (a.role = 'admin'
     OR EXISTS (SELECT 1 FROM agent_queues q WHERE q.agent_id = p_agent AND q.queue_id = c.queue_id))); END $$;

-- Saves the agent's own row. Saves of one console are ordered by `rev`: a late one changes nothing.
-- Another console of the same agent goes on with a draft only from where it stands (`base`); otherwise
-- the answer is `forked`, and it keeps its text under another id. So no text ever replaces one that its
-- writer has not seen.
CREATE FUNCTION loket_api.draft_save(p_draft uuid, p_case bigint, p_form text, p_body jsonb, p_command uuid, p_writer uuid, p_base bigint, p_rev bigint)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin', 'installer'); d drafts%ROWTYPE; t timestamptz := clock_timestamp();
BEGIN
  IF octet_length(p_body::text) > 65536 THEN PERFORM refuse('draft_too_large', '', jsonb_build_object('most', 64)); END IF;
  IF is_done(p_command, a) THEN
    DELETE FROM drafts WHERE draft_id = p_draft AND agent_id = a AND (writer = p_writer OR command = p_command);
    RETURN 'written';
  END IF;
  SELECT * INTO d FROM drafts WHERE draft_id = p_draft FOR UPDATE;
  IF NOT FOUND THEN
    IF (SELECT count(*) FROM drafts WHERE agent_id = a) >= 200 THEN PERFORM refuse('too_many_drafts', '', jsonb_build_object('most', 200)); END IF;
    INSERT INTO drafts VALUES (p_draft, a, p_case, p_form, p_body, p_command, p_writer, p_rev, false, t) ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN 'saved'; END IF;
    SELECT * INTO d FROM drafts WHERE draft_id = p_draft FOR UPDATE;
    IF NOT FOUND THEN RETURN 'forked'; END IF;      -- made and thrown away in the same moment
  END IF;
  IF d.agent_id <> a THEN PERFORM refuse('draft_of_another'); END IF;
  IF d.case_id IS DISTINCT FROM p_case OR d.form <> p_form THEN RETURN 'forked'; END IF;
  IF d.writer = p_writer AND p_rev <= d.rev THEN RETURN 'saved'; END IF;
  IF d.writer <> p_writer AND (p_base IS DISTINCT FROM d.rev OR p_rev <= d.rev) THEN
    RETURN CASE WHEN d.body -> 'answers' = p_body -> 'answers' THEN 'saved' ELSE 'forked' END;
  END IF;
  UPDATE drafts SET body = p_body, command = p_command, writer = p_writer, rev = p_rev, saved_at = t WHERE draft_id = p_draft;
  RETURN 'saved';
END $$;

-- Throws away the agent's own row, as that console wrote it or saw it last (`base`): what another console
-- typed into it meanwhile stays.
CREATE FUNCTION loket_api.draft_drop(p_draft uuid, p_writer uuid, p_base bigint) RETURNS bool
LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin', 'installer'); d drafts%ROWTYPE;
BEGIN
  SELECT * INTO d FROM drafts WHERE draft_id = p_draft FOR UPDATE;
  IF NOT FOUND THEN RETURN true; END IF;
  IF d.agent_id <> a THEN PERFORM refuse('draft_of_another'); END IF;
  DELETE FROM drafts WHERE draft_id = p_draft AND (writer = p_writer OR rev <= p_base);
  RETURN FOUND;
END $$;

CREATE FUNCTION draft_json(d drafts) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('draft_id', d.draft_id, 'case_id', d.case_id, 'case_no', c.case_no, 'process', c.process, 'closed', c.closed_at IS NOT NULL,
     'form', d.form, 'body', d.body, 'command', CASE WHEN d.agent_id = me() THEN d.command END, 'rev', d.rev, 'shared', d.shared,
     'saved_at', d.saved_at + (SELECT legal_offset FROM settings), 'owner', CASE WHEN d.agent_id <> me() THEN a.name END)
   FROM agents a LEFT JOIN cases c ON c.case_id = d.case_id AND ARRAY[c.queue_id, c.firm_queue] && (SELECT own_queues())::int[] WHERE a.agent_id = d.agent_id $$;

CREATE FUNCTION loket_api.drafts_mine() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent();
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(draft_json(d) ORDER BY d.saved_at DESC, d.draft_id), '[]') FROM
    (SELECT * FROM drafts WHERE agent_id = a AND NOT is_done(command, a) ORDER BY saved_at DESC, draft_id LIMIT 200) d);
END $$;

-- Of one case: my own, and what others left to its holder when I am that.
CREATE FUNCTION drafts_of(p_case bigint) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(draft_json(d) ORDER BY d.agent_id <> me(), d.saved_at DESC, d.draft_id), '[]') FROM
   (SELECT * FROM drafts WHERE case_id = p_case AND NOT is_done(command, agent_id) AND (agent_id = me()
       OR shared AND is_in_queue(agent_id, p_case) AND EXISTS (SELECT 1 FROM case_leases l WHERE l.case_id = p_case AND l.agent_id = me()))
     ORDER BY agent_id <> me(), saved_at DESC, draft_id LIMIT 50) d $$;

-- What that agent typed for the case goes along with it: the next holder may read it.
CREATE FUNCTION drafts_share(p_case bigint, p_agent int) RETURNS void LANGUAGE sql SET search_path = loket, pg_catalog, pg_temp AS
$$ UPDATE drafts SET shared = true WHERE case_id = p_case AND agent_id = p_agent AND NOT shared AND is_in_queue(p_agent, p_case) $$;

-- … or stays with him, also what was shared when a lease of before ended.
CREATE FUNCTION drafts_keep(p_case bigint, p_agent int) RETURNS void LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN UPDATE drafts SET shared = false WHERE case_id = p_case AND agent_id = p_agent AND shared; END $$;

CREATE FUNCTION loket_api.draft_share(p_draft uuid) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('agent', 'lead', 'admin'); c bigint; was bool;
BEGIN
  -- the case before the draft, as a change of it does; the notice names the case
  SELECT case_id INTO c FROM drafts WHERE draft_id = p_draft AND agent_id = a;
  PERFORM 1 FROM cases WHERE case_id = c FOR KEY SHARE;
  SELECT case_id, shared INTO c, was FROM drafts WHERE draft_id = p_draft AND agent_id = a AND is_in_queue(a, case_id) FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  IF NOT was THEN
    UPDATE drafts SET shared = true WHERE draft_id = p_draft;
    PERFORM notify_agent(l.agent_id, c, 'text_left', a, NULL) FROM case_leases l WHERE l.case_id = c;
  END IF;
  RETURN true;
END $$;

-- Unfinished for too long: not touched for 30 days, or for a week when the case has been closed for one.
CREATE FUNCTION loket_api.drafts_purge(p_limit int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n int; t timestamptz := clock_timestamp();
BEGIN
  PERFORM require_role('worker', 'admin');
  DELETE FROM drafts WHERE draft_id IN (SELECT d.draft_id FROM drafts d LEFT JOIN cases c ON c.case_id = d.case_id
     WHERE d.saved_at < t - interval '7 days' AND (d.saved_at < t - interval '30 days' OR c.closed_at < legal_now() - interval '7 days' OR is_done(d.command, d.agent_id))
     ORDER BY d.saved_at LIMIT least(greatest(p_limit, 0), 1000) FOR UPDATE OF d SKIP LOCKED);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;

-- Where the agent is: for the next console. Losing the last of these loses nothing that was typed.
CREATE FUNCTION loket_api.place_save(p_body jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_agent();
BEGIN
  IF octet_length(p_body::text) > 8192 THEN PERFORM refuse('place_too_large'); END IF;
  PERFORM set_config('synchronous_commit', 'off', true);
  INSERT INTO places VALUES (a, p_body, clock_timestamp())
  ON CONFLICT (agent_id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at;
END $$;
-- `alone`: no other console of this agent is alive, so that an open form may be opened here again
CREATE FUNCTION place_of(p_agent int, p_session uuid) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT jsonb_build_object('body', (SELECT body FROM places WHERE agent_id = p_agent), 'alone', NOT EXISTS
     (SELECT 1 FROM agent_sessions s JOIN pg_stat_activity x ON x.pid = s.backend_pid AND x.backend_start = s.backend_start
       WHERE s.agent_id = p_agent AND s.session_id <> p_session AND NOT s.detached AND s.lost_at IS NULL AND s.heartbeat_at > clock_timestamp() - interval '15 s')) $$;
