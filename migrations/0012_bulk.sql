-- Filters, and what an action on many cases reads. A filter comes as words of JSON, read here into
-- typed conditions (the language is that of src/store/filter.rs); the statements are fixed.
SET LOCAL search_path = loket, pg_catalog, ext;

-- without case and accents, by the table of src/domain/fold.rs
CREATE FUNCTION fold(p_text text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT translate(replace(replace(replace(replace(replace(replace(replace(p_text, 'Æ', 'ae'), 'æ', 'ae'), 'Œ', 'oe'), 'œ', 'oe'), 'ß', 'ss'), 'Þ', 'th'), 'þ', 'th'),
     'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅĀĂĄàáâãäåāăąÇĆĈĊČçćĉċčĎĐÐďđðÈÉÊËĒĔĖĘĚèéêëēĕėęěĜĞĠĢĝğġģĤĦĥħÌÍÎÏĨĪĬĮİìíîïĩīĭįıĴĵĶķĹĻĽĿŁĺļľŀłÑŃŅŇñńņňÒÓÔÕÖØŌŎŐòóôõöøōŏőŔŖŘŕŗřŚŜŞŠȘśŝşšșŢŤŦȚţťŧțÙÚÛÜŨŪŬŮŰŲùúûüũūŭůűųŴŵÝŶŸýÿŷŹŻŽźżž' || E'\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030d\u030e\u030f\u0310\u0311\u0312\u0313\u0314\u0315\u0316\u0317\u0318\u0319\u031a\u031b\u031c\u031d\u031e\u031f\u0320\u0321\u0322\u0323\u0324\u0325\u0326\u0327\u0328\u0329\u032a\u032b\u032c\u032d\u032e\u032f\u0330\u0331\u0332\u0333\u0334\u0335\u0336\u0337\u0338\u0339\u033a\u033b\u033c\u033d\u033e\u033f\u0340\u0341\u0342\u0343\u0344\u0345\u0346\u0347\u0348\u0349\u034a\u034b\u034c\u034d\u034e\u034f\u0350\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358\u0359\u035a\u035b\u035c\u035d\u035e\u035f\u0360\u0361\u0362\u0363\u0364\u0365\u0366\u0367\u0368\u0369\u036a\u036b\u036c\u036d\u036e\u036f',
     'abcdefghijklmnopqrstuvwxyzaaaaaaaaaaaaaaaaaaccccccccccddddddeeeeeeeeeeeeeeeeeegggggggghhhhiiiiiiiiiiiiiiiiiijjkkllllllllllnnnnnnnnoooooooooooooooooorrrrrrssssssssssttttttttuuuuuuuuuuuuuuuuuuuuwwyyyyyyzzzzzz') $$;

-- what a bare word is looked for in: set once, and again when the subject changes (search_renew)
ALTER TABLE case_search ADD COLUMN head text NOT NULL DEFAULT '';
CREATE INDEX case_search_head ON case_search USING gin (head gin_trgm_ops) WITH (gin_pending_list_limit = 128);
CREATE FUNCTION head_of(c cases) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT fold(concat_ws(' ', c.case_no, c.subject, said_reference(c))) $$;
CREATE FUNCTION search_head() RETURNS trigger LANGUAGE plpgsql SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  SELECT head_of(c) INTO NEW.head FROM cases c WHERE c.case_id = NEW.case_id;
  RETURN NEW;
END $$;
CREATE TRIGGER head BEFORE INSERT ON case_search FOR EACH ROW WHEN (NEW.head = '') EXECUTE FUNCTION search_head();

-- A filter that was read. NULL: not asked for. `til` is the last due instant that can fit.
CREATE TYPE filter AS (
  states text[], not_states text[], clocks text[], not_clocks text[], processes text[], not_processes text[],
  works work_state[], parties text[], not_parties text[], holders int[], not_holders int[],
  eans text[], not_eans text[], likes text[], not_likes text[], longest text, due jsonb, til timestamptz, raised bool[], drafted bool[],
  snoozed bool, promised bool);   -- without a word about it no snoozed case fits

CREATE FUNCTION like_of(p_part text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT replace(replace(replace(p_part, '\', '\\'), '%', '\%'), '_', '\_') $$;
-- values of which one must hold, after those before of which one must hold too
CREATE FUNCTION narrowed(p_before anyarray, p_more anyarray) RETURNS anyarray LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN p_before IS NULL THEN p_more ELSE ARRAY(SELECT unnest(p_before) INTERSECT SELECT unnest(p_more)) END $$;
-- one value can stand for several parties or agents; nobody is -1
CREATE FUNCTION parties_named(p_any text[]) RETURNS text[] LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT ARRAY(SELECT DISTINCT p.gln FROM unnest(p_any) x JOIN parties p ON
     CASE WHEN x ~ '^[0-9]+$' THEN p.gln LIKE x || '%' ELSE fold(p.name) LIKE '%' || like_of(x) || '%' END) $$;
CREATE FUNCTION holders_named(p_any text[]) RETURNS int[] LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT ARRAY(SELECT -1 WHERE '=none' = ANY (p_any) UNION SELECT me() WHERE '=me' = ANY (p_any)
     UNION SELECT a.agent_id FROM unnest(p_any) x JOIN agents a ON x !~ '^=' AND fold(a.name) LIKE '%' || like_of(x) || '%') $$;
-- how late a clock can be due for one of these
CREATE FUNCTION due_til(p_any text[], p_now timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$ SELECT max(CASE x WHEN 'none' THEN 'infinity' WHEN 'late' THEN p_now WHEN 'today' THEN p_now + interval '2 days' ELSE p_now + make_interval(secs => x::int) END) FROM unnest(p_any) x $$;

CREATE FUNCTION filter_read(p_words jsonb, p_now timestamptz) RETURNS filter LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE f filter; w jsonb; a text[]; neg bool; every work_state[] := '{open,held,waiting}';
BEGIN
  IF jsonb_typeof(p_words) <> 'array' OR jsonb_array_length(p_words) > 30 OR pg_column_size(p_words) > 20000 THEN PERFORM refuse('filter_unknown', '', '{"word":""}'); END IF;
  f.works := every;
  FOR w IN SELECT x FROM jsonb_array_elements(p_words) x LOOP
    a := ARRAY(SELECT jsonb_array_elements_text(w -> 'any'));
    neg := (w ->> 'not')::bool;
    CASE w ->> 'key'
      WHEN 'state' THEN IF neg THEN f.not_states := f.not_states || a; ELSE f.states := narrowed(f.states, a); END IF;
      WHEN 'clock' THEN IF neg THEN f.not_clocks := f.not_clocks || a; ELSE f.clocks := narrowed(f.clocks, a); END IF;
      WHEN 'process' THEN IF neg THEN f.not_processes := f.not_processes || a; ELSE f.processes := narrowed(f.processes, a); END IF;
      WHEN 'party' THEN IF neg THEN f.not_parties := f.not_parties || parties_named(a); ELSE f.parties := narrowed(f.parties, parties_named(a)); END IF;
      WHEN 'holder' THEN IF neg THEN f.not_holders := f.not_holders || holders_named(a); ELSE f.holders := narrowed(f.holders, holders_named(a)); END IF;
      WHEN 'work' THEN f.works := ARRAY(SELECT x FROM unnest(f.works) x WHERE (x::text = ANY (a)) <> neg ORDER BY x);
      WHEN 'is' THEN
        IF a[1] = 'snoozed' THEN
          IF f.snoozed = neg THEN f.works := '{}'; END IF;   -- and its contrary: nothing fits
          f.snoozed := NOT neg;
        ELSE
          IF f.promised = neg THEN f.works := '{}'; END IF;
          f.promised := NOT neg;
        END IF;
      WHEN 'ean' THEN IF neg THEN f.not_eans := f.not_eans || (like_of(a[1]) || '%'); ELSE f.eans := f.eans || (like_of(a[1]) || '%'); END IF;
      WHEN 'raised' THEN f.raised := narrowed(f.raised, ARRAY[(a[1] = 'yes') <> neg]);
      WHEN 'mine' THEN f.drafted := narrowed(f.drafted, ARRAY[('draft' = ANY (a)) <> neg]);
      WHEN 'text' THEN
        IF neg THEN f.not_likes := f.not_likes || ('%' || like_of(a[1]) || '%');
        ELSE
          f.likes := f.likes || ('%' || like_of(a[1]) || '%');
          IF length(a[1]) >= 3 AND length(a[1]) > coalesce(length(f.longest), 0) THEN f.longest := a[1]; END IF;
        END IF;
      WHEN 'due' THEN
        f.due := coalesce(f.due, '[]') || jsonb_build_array(w);
        IF NOT neg THEN f.til := least(f.til, due_til(a, p_now)); END IF;
      ELSE PERFORM refuse('filter_unknown', '', jsonb_build_object('word', left(w ->> 'key', 40)));
    END CASE;
  END LOOP;
  RETURN f;
END $$;

-- late as the console says it: recorded, by an edited calendar, or passed
CREATE FUNCTION due_fits(p_process text, p_clock text, p_due timestamptz, p_comparison text, p_late bool, p_words jsonb, p_now timestamptz) RETURNS bool
LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE w jsonb; x text; fits bool; late bool := p_clock IS NOT NULL AND (p_late OR p_due < p_now OR (p_comparison = 'before' AND p_due <= p_now)); z text; eve timestamptz;
BEGIN
  FOR w IN SELECT jsonb_array_elements(p_words) LOOP
    fits := false;
    FOR x IN SELECT jsonb_array_elements_text(w -> 'any') LOOP
      IF x = 'today' THEN
        SELECT zone_of(country) INTO z FROM processes WHERE process = p_process;
        eve := (date_trunc('day', p_now AT TIME ZONE z) + interval '1 day') AT TIME ZONE z;
      END IF;
      fits := fits OR CASE x WHEN 'none' THEN p_clock IS NULL WHEN 'late' THEN late
        WHEN 'today' THEN p_clock IS NOT NULL AND NOT late AND (p_due < eve OR (p_comparison = 'before' AND p_due = eve))
        ELSE p_clock IS NOT NULL AND NOT late AND p_due <= p_now + make_interval(secs => x::int) END;
    END LOOP;
    IF fits = (w ->> 'not')::bool THEN RETURN false; END IF;
  END LOOP;
  RETURN true;
END $$;

-- those of the cases that fit, in their order; with custom plans (set by the callers of the schema
-- loket_api) what is not asked for costs nothing
CREATE FUNCTION filter_hits(p_cases bigint[], f filter, p_now timestamptz) RETURNS bigint[] LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN ARRAY(SELECT c.case_id FROM unnest(p_cases) WITH ORDINALITY x(id, n) JOIN cases c ON c.case_id = x.id
    WHERE c.work = ANY (f.works)
      AND (c.snoozed_until IS NOT NULL AND c.snoozed_until > p_now) = coalesce(f.snoozed, false)
      AND (f.promised IS NULL OR (c.promise_at IS NOT NULL) = f.promised)
      AND (f.states IS NULL OR c.state = ANY (f.states)) AND (f.not_states IS NULL OR c.state <> ALL (f.not_states))
      AND (f.processes IS NULL OR c.process = ANY (f.processes)) AND (f.not_processes IS NULL OR c.process <> ALL (f.not_processes))
      AND (f.clocks IS NULL OR c.due_clock = ANY (f.clocks)) AND (f.not_clocks IS NULL OR coalesce(c.due_clock, '') <> ALL (f.not_clocks))
      AND (f.parties IS NULL OR c.party_gln = ANY (f.parties)) AND (f.not_parties IS NULL OR coalesce(c.party_gln, '') <> ALL (f.not_parties))
      AND (f.eans IS NULL OR c.ean LIKE ALL (f.eans)) AND (f.not_eans IS NULL OR coalesce(c.ean, '') NOT LIKE ALL (f.not_eans))
      AND (f.due IS NULL OR due_fits(c.process, c.due_clock, c.sort_at, c.due_comparison, c.due_breached OR c.due_retriaged, f.due, p_now))
      AND (f.holders IS NULL OR coalesce((SELECT l.agent_id FROM case_leases l WHERE l.case_id = c.case_id), -1) = ANY (f.holders))
      AND (f.not_holders IS NULL OR coalesce((SELECT l.agent_id FROM case_leases l WHERE l.case_id = c.case_id), -1) <> ALL (f.not_holders))
      AND (f.raised IS NULL OR (c.raised_at IS NOT NULL) = ANY (f.raised))
      AND (f.drafted IS NULL OR EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.case_id AND d.agent_id = me()) = ANY (f.drafted))
      AND (f.likes IS NULL OR (SELECT s.head FROM case_search s WHERE s.case_id = c.case_id) LIKE ALL (f.likes))
      AND (f.not_likes IS NULL OR (SELECT s.head FROM case_search s WHERE s.case_id = c.case_id) NOT LIKE ALL (f.not_likes))
    ORDER BY x.n);
END $$;

-- Few cases that can fit at all, by an index of their own; NULL when no word narrows that much.
CREATE FUNCTION filter_few(p_queue int, f filter) RETURNS bigint[] LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, ext, pg_temp AS $$
DECLARE few bigint[]; most CONSTANT int := 5000;
BEGIN
  IF p_queue = my_firm_queue() THEN RETURN NULL; END IF;
  IF f.drafted = '{t}' THEN                         -- an agent has 200 at most
    RETURN ARRAY(SELECT DISTINCT case_id FROM drafts WHERE agent_id = me() AND case_id IS NOT NULL);
  END IF;
  IF f.raised = '{t}' THEN
    few := ARRAY(SELECT case_id FROM cases WHERE queue_id = p_queue AND raised_at IS NOT NULL AND work <> 'closed' LIMIT most + 1);
    IF cardinality(few) <= most THEN RETURN few; END IF;
  END IF;
  IF f.eans IS NOT NULL THEN
    few := ARRAY(SELECT case_id FROM cases WHERE ean LIKE f.eans[1] LIMIT most + 1);
    IF cardinality(few) <= most THEN RETURN few; END IF;
  END IF;
  IF f.holders IS NOT NULL AND f.holders <> '{-1}' AND -1 <> ALL (f.holders) THEN
    few := ARRAY(SELECT case_id FROM case_leases WHERE agent_id = ANY (f.holders) LIMIT most + 1);
    IF cardinality(few) <= most THEN RETURN few; END IF;
  END IF;
  IF f.longest IS NOT NULL THEN
    few := ARRAY(SELECT case_id FROM case_search WHERE head LIKE '%' || like_of(f.longest) || '%' AND queue_id = p_queue LIMIT most + 1);
    IF cardinality(few) <= most THEN RETURN few; END IF;
  END IF;
  IF f.parties IS NOT NULL THEN
    few := ARRAY(SELECT case_id FROM cases WHERE party_gln = ANY (f.parties) LIMIT most + 1);
    IF cardinality(few) <= most THEN RETURN few; END IF;
  END IF;
  RETURN NULL;
END $$;

-- Walks through the live cases of a queue in the order of its list, in growing steps, until there
-- are enough hits or enough was looked at. `place` is where it stopped; NULL at the end of the list.
CREATE FUNCTION filter_walk(p_queue int, f filter, p_now timestamptz, p_work work_state, p_sort timestamptz, p_case bigint, p_look int, p_hits int,
  OUT ids bigint[], OUT place jsonb) LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE w work_state; s timestamptz; i bigint; step bigint[]; k int := 500; seen int := 0; firm bool := p_queue IS NOT DISTINCT FROM my_firm_queue();
BEGIN
  ids := '{}';
  FOREACH w IN ARRAY f.works LOOP
    CONTINUE WHEN w < p_work;
    s := CASE WHEN w = p_work THEN p_sort ELSE '-infinity' END;
    i := CASE WHEN w = p_work THEN p_case ELSE 0 END;
    LOOP
      IF firm THEN
        step := ARRAY(SELECT c.case_id FROM cases c WHERE c.firm_queue = p_queue AND c.work = w AND c.work <> 'closed' AND (c.sort_at, c.case_id) > (s, i)
          AND c.sort_at <= coalesce(f.til, 'infinity') ORDER BY c.sort_at, c.case_id LIMIT k);
      ELSE
        step := ARRAY(SELECT c.case_id FROM cases c WHERE c.queue_id = p_queue AND c.work = w AND c.work <> 'closed' AND (c.sort_at, c.case_id) > (s, i)
          AND c.sort_at <= coalesce(f.til, 'infinity') ORDER BY c.sort_at, c.case_id LIMIT k);
      END IF;
      EXIT WHEN cardinality(step) = 0;
      ids := ids || filter_hits(step, f, p_now);
      seen := seen + cardinality(step);
      i := step[cardinality(step)];
      SELECT c.sort_at INTO s FROM cases c WHERE c.case_id = i;
      IF cardinality(ids) >= p_hits OR seen >= p_look THEN
        place := jsonb_build_object('work', w, 'sort_at', s, 'case_id', i);
        RETURN;
      END IF;
      EXIT WHEN cardinality(step) < k;
      k := least(k * 4, 8000);
    END LOOP;
  END LOOP;
END $$;

-- Hits in the order of the list, after a place: few candidates where a word gives them, else a walk.
-- Mine (`p_queue` NULL) is never more than a handful.
CREATE FUNCTION filter_find(p_queue int, f filter, p_now timestamptz, p_work work_state, p_sort timestamptz, p_case bigint, p_look int, p_hits int, p_enough int,
  OUT ids bigint[], OUT place jsonb) LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE few bigint[];
BEGIN
  IF p_queue IS NULL THEN
    ids := filter_hits(ARRAY(SELECT c.case_id FROM case_leases l JOIN cases c USING (case_id) WHERE l.agent_id = me() AND (c.sort_at, c.case_id) > (p_sort, p_case)
      ORDER BY c.sort_at, c.case_id LIMIT p_hits), f, p_now);
    RETURN;
  END IF;
  -- what is frequent is found among the first ones
  SELECT x.ids, x.place INTO ids, place FROM filter_walk(p_queue, f, p_now, p_work, p_sort, p_case, 2000, p_hits) x;
  IF place IS NULL OR cardinality(ids) >= p_enough THEN RETURN; END IF;
  few := filter_few(p_queue, f);
  IF few IS NULL THEN
    SELECT x.ids, x.place INTO ids, place FROM filter_walk(p_queue, f, p_now, p_work, p_sort, p_case, p_look, p_hits) x;
    RETURN;
  END IF;
  ids := filter_hits(ARRAY(SELECT c.case_id FROM cases c WHERE c.case_id = ANY (few) AND p_queue IN (c.queue_id, c.firm_queue) AND c.work <> 'closed'
    AND (c.work, c.sort_at, c.case_id) > (p_work, p_sort, p_case) ORDER BY c.work, c.sort_at, c.case_id), f, p_now);
  place := NULL;
END $$;

CREATE FUNCTION rows_json(p_cases bigint[]) RETURNS jsonb LANGUAGE sql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ SELECT coalesce(jsonb_agg(row_json(c) ORDER BY x.n), '[]') FROM unnest(p_cases) WITH ORDINALITY x(id, n) JOIN cases c ON c.case_id = x.id $$;

-- As `inbox`, with a filter. `found` counts hits from here on, up to 500; `place` is where looking
-- goes on; `known` are those of the caller's rows that still fit and stand on no page.
CREATE FUNCTION loket_api.inbox_filtered(p_queue int, p_filter jsonb, p_work text, p_sort timestamptz, p_case bigint, p_limit int, p_known bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE n timestamptz := legal_now(); f filter; ids_ bigint[]; at_ jsonb; lim int := least(greatest(p_limit, 1), 500); hits int; c cases%ROWTYPE; known_ bigint[]; whole bool;
BEGIN
  PERFORM require_agent();
  IF p_queue <> ALL (my_queues()) THEN PERFORM refuse('queue_not_yours'); END IF;
  f := filter_read(p_filter, n);
  SELECT x.ids, x.place INTO ids_, at_ FROM filter_find(p_queue, f, n, p_work::work_state, p_sort, p_case, 20000, 501, lim) x;
  hits := cardinality(ids_);
  whole := at_ IS NULL AND hits <= 500;
  IF hits > lim THEN
    SELECT * INTO c FROM cases WHERE case_id = ids_[lim];
    at_ := jsonb_build_object('work', c.work, 'sort_at', c.sort_at, 'case_id', c.case_id);
  END IF;
  known_ := ARRAY(SELECT x FROM unnest(p_known[1:1000]) x JOIN cases k ON k.case_id = x WHERE x <> ALL (ids_[1:lim])
    AND CASE WHEN p_queue IS NULL THEN EXISTS (SELECT 1 FROM case_leases l WHERE l.case_id = x AND l.agent_id = me()) ELSE p_queue IN (k.queue_id, k.firm_queue) END);
  RETURN jsonb_build_object('rows', rows_json(ids_[1:lim]), 'more', at_ IS NOT NULL, 'place', at_, 'found', jsonb_build_object('count', least(hits, 500), 'all', whole),
    'known', rows_json(filter_hits(known_, f, n)),
    'counts', counts_json());
END $$;

-- All that fit, as they are at this moment: what an action on many works through. At most 1,000.
CREATE FUNCTION loket_api.filter_cases(p_queue int, p_filter jsonb, p_limit int) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE n timestamptz := legal_now(); ids_ bigint[]; at_ jsonb; lim int := least(greatest(p_limit, 1), 1000);
BEGIN
  PERFORM require_agent();
  IF p_queue <> ALL (my_queues()) THEN PERFORM refuse('queue_not_yours'); END IF;
  SELECT x.ids, x.place INTO ids_, at_ FROM filter_find(p_queue, filter_read(p_filter, n), n, 'open', '-infinity', 0, 200000, lim + 1, lim + 1) x;
  RETURN jsonb_build_object('cases', to_jsonb(ids_[1:lim]), 'more', cardinality(ids_) > lim OR at_ IS NOT NULL);
END $$;

-- What the engine needs of many cases, in one call: at most 100. A party stands once.
CREATE FUNCTION loket_api.facts_of(p_cases bigint[]) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_agent();
  RETURN (SELECT jsonb_build_object('cases', coalesce(jsonb_agg(jsonb_build_object('row', row_json(c), 'facts', facts_json(c), 'party_gln', c.party_gln,
      'lease', (SELECT lease_json(l) FROM case_leases l WHERE l.case_id = c.case_id AND l.agent_id = me())) ORDER BY x.n), '[]'),
    'parties', coalesce((SELECT jsonb_agg(party_json(g)) FROM (SELECT DISTINCT k.party_gln AS g FROM cases k WHERE k.case_id = ANY (p_cases[1:100]) AND k.party_gln IS NOT NULL
       AND ARRAY[k.queue_id, k.firm_queue] && (SELECT my_queues())::int[]) p), '[]'))
    FROM unnest(p_cases[1:100]) WITH ORDINALITY x(id, n) JOIN cases c ON c.case_id = x.id WHERE ARRAY[c.queue_id, c.firm_queue] && (SELECT my_queues())::int[]);
END $$;
