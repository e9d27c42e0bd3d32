-- What is paid for and by whom it was said to be paid: fees by day, payments and refunds as a payment
-- service tells them. Never anything of a card or an account.
SET LOCAL search_path = loket, pg_catalog, ext;

-- ---------------------------------------------------------------- fees
-- a legal fee holds from an instant on; what was created before keeps its amount
CREATE TABLE fees (
  kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,39}$'), valid_from timestamptz NOT NULL,
  amount numeric(10,2) NOT NULL CHECK (amount > 0), currency text NOT NULL CHECK (currency IN ('EUR', 'NOK', 'SEK')),
  example bool NOT NULL DEFAULT false,               -- a public figure, not what this company asks
  agent_id int REFERENCES agents, PRIMARY KEY (kind, valid_from));
-- PRIO-14 gives no amounts: public figures of 2017, to be replaced before real work
INSERT INTO fees (kind, valid_from, amount, currency, example) VALUES
  ('prio_both', '2017-01-01T00:00:00+01', 72.60, 'EUR', true), ('prio_electricity', '2017-01-01T00:00:00+01', 67.66, 'EUR', true);

CREATE FUNCTION money(p_amount numeric, p_currency text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT p_currency || ' ' || p_amount::numeric(10,2)::text $$;
CREATE FUNCTION fee_at(p_kind text, p_at timestamptz) RETURNS fees LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE f fees%ROWTYPE;
BEGIN
  SELECT * INTO f FROM fees WHERE kind = p_kind AND valid_from <= p_at ORDER BY valid_from DESC LIMIT 1;
  RETURN f;
END $$;
CREATE FUNCTION loket_api.fees() RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE n timestamptz := legal_now();
BEGIN
  PERFORM require_agent();
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'amount', money(f.amount, f.currency), 'valid_from', f.valid_from, 'example', f.example,
      'in_force', f.valid_from = (fee_at(f.kind, n)).valid_from) ORDER BY f.kind, f.valid_from), '[]') FROM fees f);
END $$;
-- A fee is never changed backwards: it holds from now or later, and after every other of its kind. NULL
-- is now. The same amount again, from then on, is no new row.
CREATE FUNCTION loket_api.fee_add(p_kind text, p_amount text, p_valid_from timestamptz) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE a int := require_role('admin'); m text[] := regexp_match(p_amount, '^(EUR|NOK|SEK) ([0-9]{1,8}[.][0-9]{2})$'); n timestamptz := legal_now(); f timestamptz; last fees%ROWTYPE;
BEGIN
  IF p_kind IS NULL OR p_kind !~ '^[a-z][a-z0-9_]{0,39}$' OR m IS NULL OR m[2]::numeric <= 0 THEN PERFORM refuse('bad_fee'); END IF;
  PERFORM pg_advisory_xact_lock(4247, hashtext(p_kind));
  f := coalesce(p_valid_from, n);
  IF f < n - interval '1 min' THEN PERFORM refuse('fee_in_the_past', '', jsonb_build_object('at', f)); END IF;
  SELECT * INTO last FROM fees WHERE kind = p_kind ORDER BY valid_from DESC LIMIT 1;
  IF FOUND AND last.valid_from >= f THEN PERFORM refuse('fee_not_later', '', jsonb_build_object('at', last.valid_from)); END IF;
  IF (last.amount, last.currency, last.example) = (m[2]::numeric, m[1], false) IS NOT TRUE THEN
    INSERT INTO fees (kind, valid_from, amount, currency, agent_id) VALUES (p_kind, f, m[2]::numeric, m[1], a);
    INSERT INTO desk_log (agent_id, kind, what) VALUES (a, 'fee', jsonb_build_object('fee', p_kind, 'amount', p_amount, 'from', f));
    RETURN jsonb_build_object('kind', p_kind, 'amount', p_amount, 'valid_from', f, 'example', false, 'in_force', f <= n);
  END IF;
  RETURN jsonb_build_object('kind', p_kind, 'amount', p_amount, 'valid_from', last.valid_from, 'example', false, 'in_force', last.valid_from <= n);
END $$;

-- ---------------------------------------------------------------- payments
-- `status` is the last one that was fetched from the service; `mismatch` is a payment of another amount
-- or currency, for a person. `told`: whether the case knows it.
CREATE TABLE payments (
  payment_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), case_id bigint NOT NULL REFERENCES cases, cmd_id uuid NOT NULL UNIQUE,
  kind text NOT NULL, amount numeric(10,2) NOT NULL CHECK (amount > 0), currency text NOT NULL,
  status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'open', 'pending', 'authorized', 'paid', 'failed', 'canceled', 'expired', 'mismatch')),
  provider_id text UNIQUE CHECK (provider_id ~ '^[A-Za-z0-9_-]{1,64}$'), checkout_url text CHECK (checkout_url ~ '^https?://[!-~]+$' AND length(checkout_url) <= 2000),
  expires_at timestamptz, created_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,        -- legal time
  seen_amount numeric(10,2), seen_currency text,
  told bool NOT NULL DEFAULT true, poll_at timestamptz NOT NULL DEFAULT clock_timestamp(), polls int NOT NULL DEFAULT 0,   -- technical time
  CHECK (status <> 'paid' OR (seen_amount = amount AND seen_currency = currency) IS TRUE)
) WITH (fillfactor = 70);
-- one at most that could still be paid: the old one ends before a new one begins
CREATE UNIQUE INDEX payments_live ON payments (case_id) WHERE status IN ('new', 'open', 'pending', 'authorized');
CREATE INDEX payments_case ON payments (case_id, created_at);
CREATE INDEX payments_poll ON payments (poll_at) WHERE NOT told OR status IN ('open', 'pending', 'authorized');
CREATE TABLE refunds (
  refund_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), payment_id uuid NOT NULL REFERENCES payments, case_id bigint NOT NULL REFERENCES cases,
  cmd_id uuid NOT NULL UNIQUE, amount numeric(10,2) NOT NULL CHECK (amount > 0), currency text NOT NULL,
  status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'pending', 'refunded', 'failed', 'canceled')),
  provider_id text UNIQUE CHECK (provider_id ~ '^[A-Za-z0-9_-]{1,64}$'), created_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
  poll_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_case ON refunds (case_id);
CREATE INDEX refunds_poll ON refunds (poll_at) WHERE status IN ('new', 'pending');

-- The command by which a case learns of a status: always the same for the same status of a payment, so
-- that a webhook that comes twice has one effect.
CREATE FUNCTION payment_cmd(p_payment uuid, p_status text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(p_payment::text || ' ' || p_status)::uuid $$;
CREATE FUNCTION payment_is_told(p_case bigint, p_payment uuid, p_status text) RETURNS bool LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM case_events WHERE case_id = p_case AND cmd_id = payment_cmd(p_payment, p_status)); END $$;
CREATE FUNCTION payment_json(p payments) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN jsonb_build_object('payment_id', p.payment_id, 'case_id', p.case_id, 'kind', p.kind, 'amount', money(p.amount, p.currency), 'status', p.status, 'provider_id', p.provider_id,
     'checkout_url', p.checkout_url, 'expires_at', p.expires_at, 'created_at', p.created_at, 'changed_at', p.changed_at,
     'seen', CASE WHEN p.seen_amount IS NOT NULL THEN money(p.seen_amount, p.seen_currency) END, 'told', p.told,
     'cmd', CASE WHEN p.status NOT IN ('new', 'open', 'pending', 'authorized') THEN payment_cmd(p.payment_id, p.status) END); END $$;
CREATE FUNCTION refund_json(r refunds) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN jsonb_build_object('refund_id', r.refund_id, 'payment_id', r.payment_id, 'case_id', r.case_id, 'amount', money(r.amount, r.currency), 'status', r.status, 'provider_id', r.provider_id,
     'payment_provider_id', (SELECT provider_id FROM payments WHERE payment_id = r.payment_id), 'created_at', r.created_at, 'changed_at', r.changed_at); END $$;
-- Where the customer pays: for whoever works the case, as long as it can be paid there and no longer, so
-- that the link can be told or sent once more (PRIO-04). It stands in no event and is erased with the
-- payment's end.
CREATE FUNCTION checkout_of(p payments) RETURNS text LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT p.checkout_url FROM cases c WHERE c.case_id = p.case_id AND p.status = 'open' AND (p.expires_at IS NULL OR p.expires_at > legal_now())
     AND c.facts ->> 'payment' = 'open' AND c.facts ->> 'payment_id' = p.payment_id::text AND my_role() IN ('agent', 'lead')); END $$;
-- What people see of the payments of a case, newest first.
CREATE FUNCTION payments_json(p_case bigint) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS
$$ BEGIN RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('payment_id', p.payment_id, 'kind', p.kind, 'amount', money(p.amount, p.currency), 'status', p.status, 'expires_at', p.expires_at,
     'checkout', checkout_of(p), 'created_at', p.created_at, 'changed_at', p.changed_at, 'seen', CASE WHEN p.seen_amount IS NOT NULL THEN money(p.seen_amount, p.seen_currency) END,
     'refund', (SELECT jsonb_build_object('amount', money(r.amount, r.currency), 'status', r.status, 'changed_at', r.changed_at) FROM refunds r WHERE r.payment_id = p.payment_id ORDER BY r.created_at DESC LIMIT 1))
     ORDER BY p.created_at DESC, p.payment_id), '[]') FROM (SELECT * FROM payments WHERE case_id = p_case ORDER BY created_at DESC LIMIT 20) p); END $$;

-- What a case pays: the electricity meter that a PRIO asks for, which may cost something of its own by how
-- it is read (`prio_electricity_smart_on`). TLM is free (TLM-12). What is not set is refused before anything
-- is promised.
CREATE FUNCTION fee_of(c cases) RETURNS fees LANGUAGE plpgsql STABLE SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE f fees%ROWTYPE; n timestamptz := legal_now(); base text := 'prio_electricity';
BEGIN
  IF c.process <> 'prio' THEN PERFORM refuse('nothing_to_pay', 'TLM-12'); END IF;
  f := fee_at(base || '_' || (c.facts ->> 'flavour'), n);
  IF f.kind IS NULL THEN f := fee_at(base, n); END IF;
  IF f.kind IS NULL THEN PERFORM refuse('no_fee', 'PRIO-14', jsonb_build_object('fee', base)); END IF;
  RETURN f;
END $$;
-- The amount is that of the fee at this instant: of the one that is named, else of what the case pays. The
-- same command is the same payment.
CREATE FUNCTION loket_api.payment_create(p_cmd uuid, p_case bigint, p_kind text) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE p payments%ROWTYPE; f fees%ROWTYPE; n timestamptz := legal_now();
BEGIN
  PERFORM require_role('worker', 'admin');
  PERFORM 1 FROM cases WHERE case_id = p_case FOR NO KEY UPDATE;
  IF NOT FOUND THEN PERFORM refuse('case_not_found'); END IF;
  SELECT * INTO p FROM payments WHERE cmd_id = p_cmd;
  IF FOUND THEN
    IF p.case_id <> p_case OR p.kind <> p_kind THEN RAISE EXCEPTION 'command id used before for something else' USING ERRCODE = '22023'; END IF;
    RETURN payment_json(p);
  END IF;
  IF EXISTS (SELECT 1 FROM payments WHERE case_id = p_case AND status IN ('new', 'open', 'pending', 'authorized')) THEN PERFORM refuse('payment_open', 'PRIO-31'); END IF;
  IF p_kind IS NULL THEN
    SELECT (fee_of(c)).* INTO f FROM cases c WHERE case_id = p_case;
  ELSE
    f := fee_at(p_kind, n);
    IF f.kind IS NULL THEN PERFORM refuse('no_fee', 'PRIO-14', jsonb_build_object('fee', p_kind)); END IF;
  END IF;
  INSERT INTO payments (case_id, cmd_id, kind, amount, currency, created_at, changed_at) VALUES (p_case, p_cmd, f.kind, f.amount, f.currency, n, n) RETURNING * INTO p;
  RETURN payment_json(p);
END $$;
-- what the service gave it; the same again is nothing new
CREATE FUNCTION loket_api.payment_attach(p_payment uuid, p_provider_id text, p_checkout_url text, p_expires_at timestamptz) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE p payments%ROWTYPE;
BEGIN
  PERFORM require_role('worker', 'admin');
  SELECT * INTO p FROM payments WHERE payment_id = p_payment FOR UPDATE;
  IF NOT FOUND THEN PERFORM refuse('payment_unknown'); END IF;
  IF p.provider_id IS NOT NULL AND p.provider_id <> p_provider_id THEN PERFORM refuse('payment_attached'); END IF;
  UPDATE payments SET provider_id = p_provider_id, checkout_url = CASE WHEN status IN ('new', 'open', 'pending', 'authorized') THEN coalesce(p_checkout_url, checkout_url) END, expires_at = coalesce(p_expires_at, expires_at),
      status = CASE status WHEN 'new' THEN 'open' ELSE status END, poll_at = clock_timestamp() + interval '1 min'
    WHERE payment_id = p_payment RETURNING * INTO p;
  RETURN payment_json(p);
END $$;
-- A status as it was fetched. Paid counts with the same amount and currency only. What has ended changes
-- no more, except that it may turn out to be paid. `changed`: whether this call was the first to say so.
CREATE FUNCTION loket_api.payment_seen(p_payment uuid, p_status text, p_amount text, p_expires_at timestamptz) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE p payments%ROWTYPE; m text[] := regexp_match(p_amount, '^([A-Z]{3}) ([0-9]{1,8}[.][0-9]{2})$'); s text := p_status; is_live bool;
BEGIN
  PERFORM require_role('worker', 'admin');
  IF p_status IS NULL OR p_status NOT IN ('open', 'pending', 'authorized', 'paid', 'failed', 'canceled', 'expired') OR m IS NULL THEN PERFORM refuse('bad_payment_state'); END IF;
  SELECT * INTO p FROM payments WHERE payment_id = p_payment FOR UPDATE;
  IF NOT FOUND THEN PERFORM refuse('payment_unknown'); END IF;
  IF s = 'paid' AND (m[2]::numeric, m[1]) <> (p.amount, p.currency) THEN s := 'mismatch'; END IF;
  is_live := p.status IN ('new', 'open', 'pending', 'authorized');
  IF s = p.status OR p.status IN ('paid', 'mismatch') OR (NOT is_live AND s NOT IN ('paid', 'mismatch')) THEN RETURN payment_json(p) || '{"changed":false}'; END IF;
  UPDATE payments SET status = s, changed_at = legal_now(), expires_at = coalesce(p_expires_at, expires_at),
      seen_amount = CASE WHEN s IN ('paid', 'mismatch') THEN m[2]::numeric END, seen_currency = CASE WHEN s IN ('paid', 'mismatch') THEN m[1] END,
      checkout_url = CASE WHEN s IN ('open', 'pending', 'authorized') THEN checkout_url END, told = s IN ('open', 'pending', 'authorized')
    WHERE payment_id = p_payment RETURNING * INTO p;
  RETURN payment_json(p) || '{"changed":true}';
END $$;
-- the case was told of that status, or it can no longer mean anything to it
CREATE FUNCTION loket_api.payment_told(p_payment uuid, p_status text) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  UPDATE payments SET told = true WHERE payment_id = p_payment AND status = p_status;
  RETURN FOUND;
END $$;
-- by what the service or its webhook calls it
CREATE FUNCTION loket_api.payment_find(p_provider_id text) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT payment_json(p) FROM payments p WHERE p.provider_id = p_provider_id);
END $$;
CREATE FUNCTION loket_api.payment_last(p_case bigint) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('worker', 'admin');
  RETURN (SELECT payment_json(p) FROM payments p WHERE p.case_id = p_case ORDER BY (p.status IN ('new', 'open', 'pending', 'authorized')) DESC, p.created_at DESC, p.payment_id LIMIT 1);
END $$;
-- Payments to ask the service about, or of which the case does not know yet; each is given to one worker
-- at a time. A lost webhook costs a minute or two, a killed worker likewise.
CREATE FUNCTION loket_api.payments_take(p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := clock_timestamp(); r jsonb;
BEGIN
  PERFORM require_role('worker', 'admin');
  -- one order of locks for all, and none is waited for: two workers never wait for each other
  WITH c AS MATERIALIZED (SELECT payment_id FROM payments p WHERE NOT told AND poll_at <= t AND payment_is_told(p.case_id, p.payment_id, p.status)
      ORDER BY poll_at, payment_id LIMIT 500 FOR UPDATE SKIP LOCKED)
  UPDATE payments p SET told = true FROM c WHERE p.payment_id = c.payment_id;
  WITH c AS MATERIALIZED (SELECT payment_id FROM payments WHERE poll_at <= t AND (NOT told OR status IN ('open', 'pending', 'authorized'))
      ORDER BY poll_at, payment_id LIMIT least(greatest(p_limit, 1), 100) FOR UPDATE SKIP LOCKED),
    u AS (UPDATE payments p SET polls = polls + 1, poll_at = t + CASE WHEN polls < 30 THEN interval '1 min' ELSE interval '5 min' END FROM c WHERE p.payment_id = c.payment_id RETURNING p.payment_id)
  SELECT coalesce(jsonb_agg(payment_json(x) ORDER BY x.created_at, x.payment_id), '[]') INTO r FROM payments x WHERE x.payment_id IN (SELECT payment_id FROM u);
  RETURN r;
END $$;
CREATE FUNCTION loket_api.payments_of(p_case bigint) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_agent();
  IF NOT EXISTS (SELECT 1 FROM cases WHERE case_id = p_case AND queue_id = ANY ((SELECT own_queues())::int[])) THEN PERFORM refuse('case_not_found'); END IF;
  RETURN payments_json(p_case);
END $$;

-- ---------------------------------------------------------------- refunds
-- All that was paid with a payment of the case and not given back yet: with this one, or the latest that
-- has some. What failed is tried again only when that is asked for, and a refund that never reached the
-- service then keeps its key, so that it is never two. `p_failed` NULL: what was paid in another amount only.
CREATE FUNCTION loket_api.refund_create(p_cmd uuid, p_case bigint, p_payment uuid, p_failed bool) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE r refunds%ROWTYPE; p payments%ROWTYPE; rest numeric; n timestamptz := legal_now();
BEGIN
  PERFORM require_role('worker', 'admin');
  PERFORM 1 FROM cases WHERE case_id = p_case FOR NO KEY UPDATE;
  SELECT * INTO r FROM refunds WHERE cmd_id = p_cmd;
  IF FOUND THEN
    IF r.case_id <> p_case THEN RAISE EXCEPTION 'command id used before for something else' USING ERRCODE = '22023'; END IF;
    RETURN refund_json(r);
  END IF;
  IF p_failed THEN
    SELECT * INTO r FROM refunds WHERE case_id = p_case AND status = 'new' AND provider_id IS NULL ORDER BY created_at, refund_id LIMIT 1;
    IF FOUND THEN RETURN refund_json(r); END IF;
  END IF;
  FOR p IN SELECT * FROM payments x WHERE case_id = p_case AND status IN ('paid', 'mismatch') AND (p_payment IS NULL OR payment_id = p_payment)
      AND (p_failed IS NOT NULL OR status = 'mismatch')
      AND coalesce(p_failed, false) = EXISTS (SELECT 1 FROM refunds WHERE payment_id = x.payment_id AND status IN ('failed', 'canceled')) ORDER BY created_at DESC, payment_id FOR UPDATE LOOP
    rest := p.seen_amount - (SELECT coalesce(sum(amount), 0) FROM refunds WHERE payment_id = p.payment_id AND status NOT IN ('failed', 'canceled'));
    IF rest > 0 THEN
      INSERT INTO refunds (payment_id, case_id, cmd_id, amount, currency, created_at, changed_at) VALUES (p.payment_id, p_case, p_cmd, rest, p.seen_currency, n, n) RETURNING * INTO r;
      RETURN refund_json(r);
    END IF;
  END LOOP;
  IF p_failed AND NOT EXISTS (SELECT 1 FROM refunds WHERE case_id = p_case) THEN PERFORM refuse('no_refund_begun', 'PRIO-31'); END IF;
  PERFORM refuse('nothing_to_refund');
END $$;
CREATE FUNCTION loket_api.refund_seen(p_refund uuid, p_status text, p_provider_id text) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE r refunds%ROWTYPE;
BEGIN
  PERFORM require_role('worker', 'admin');
  SELECT * INTO r FROM refunds WHERE refund_id = p_refund FOR UPDATE;
  IF NOT FOUND THEN PERFORM refuse('payment_unknown'); END IF;
  IF p_status IS NULL OR p_status NOT IN ('pending', 'refunded', 'failed', 'canceled') THEN PERFORM refuse('bad_payment_state'); END IF;
  IF r.provider_id IS NOT NULL AND r.provider_id <> p_provider_id THEN PERFORM refuse('payment_attached'); END IF;
  -- what has ended changes no more
  IF r.status IN ('refunded', 'failed', 'canceled') OR (r.status, r.provider_id) IS NOT DISTINCT FROM (p_status, coalesce(p_provider_id, r.provider_id)) THEN RETURN refund_json(r) || '{"changed":false}'; END IF;
  UPDATE refunds SET status = p_status, provider_id = coalesce(p_provider_id, provider_id), changed_at = legal_now() WHERE refund_id = p_refund RETURNING * INTO r;
  RETURN refund_json(r) || '{"changed":true}';
END $$;
-- refunds that the service is still at, each to one worker at a time
CREATE FUNCTION loket_api.refunds_take(p_limit int) RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
DECLARE t timestamptz := clock_timestamp(); r jsonb;
BEGIN
  PERFORM require_role('worker', 'admin');
  WITH c AS MATERIALIZED (SELECT refund_id FROM refunds WHERE poll_at <= t AND status IN ('new', 'pending') AND provider_id IS NOT NULL
      ORDER BY poll_at, refund_id LIMIT least(greatest(p_limit, 1), 100) FOR UPDATE SKIP LOCKED),
    u AS (UPDATE refunds x SET poll_at = t + interval '5 min' FROM c WHERE x.refund_id = c.refund_id RETURNING x.refund_id)
  SELECT coalesce(jsonb_agg(refund_json(x) ORDER BY x.created_at, x.refund_id), '[]') INTO r FROM refunds x WHERE x.refund_id IN (SELECT refund_id FROM u);
  RETURN r;
END $$;
-- Per payment or case what cannot be: paid twice, given back more than was paid.
CREATE FUNCTION loket_api.verify_payments() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = loket, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM require_role('auditor', 'admin');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('case_no', c.case_no, 'what', x.what) ORDER BY c.case_no, x.what), '[]') FROM
    (SELECT p.case_id, 'paid twice' AS what FROM payments p WHERE p.status = 'paid'
         AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.payment_id = p.payment_id AND r.status NOT IN ('failed', 'canceled')) GROUP BY 1 HAVING count(*) > 1
     UNION ALL SELECT p.case_id, 'more given back than was paid' FROM payments p JOIN refunds r USING (payment_id) WHERE r.status NOT IN ('failed', 'canceled')
         GROUP BY p.payment_id HAVING sum(r.amount) > coalesce(min(p.seen_amount), 0)) x JOIN cases c USING (case_id));
END $$;
