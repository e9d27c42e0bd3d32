-- Who may do what. Agents hold no write right on any table: writes exist only through loket_api.
-- Row level security guards what is read with a query of one's own.
SET LOCAL search_path = loket, pg_catalog, ext;

-- A pinned search path costs some 40 microseconds of the server at every call, and a claim makes twenty.
-- It is needed where somebody else calls: in loket_api, in policies, in what a shell runs. The functions
-- between have no caller but those, and take over their path.
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'loket'::regnamespace AND NOT prosecdef AND proconfig IS NOT NULL
      AND proname NOT IN ('agent_add', 'agent_disable', 'process_load', 'calendar_load', 'form_load')
      AND proname NOT IN ('customers_arrive', 'customers_follow', 'connections_follow', 'contracts_follow') LOOP   -- a shell may write to a register
    EXECUTE format('ALTER FUNCTION %s RESET search_path', f);
  END LOOP;
END $$;

ALTER TABLE cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE deadlines ENABLE ROW LEVEL SECURITY;
ALTER TABLE texts ENABLE ROW LEVEL SECURITY;
ALTER TABLE queue_board ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_queue ON cases FOR SELECT TO loket_agent, loket_auditor, loket_administrator USING (queue_id = ANY ((SELECT my_queues())::int[]));   -- installers read no table
CREATE POLICY by_queue ON queue_board FOR SELECT TO loket_agent, loket_auditor, loket_administrator USING (queue_id = ANY ((SELECT my_queues())::int[]));
CREATE POLICY by_case ON case_events FOR SELECT TO loket_agent, loket_auditor, loket_administrator USING (EXISTS (SELECT 1 FROM cases c WHERE c.case_id = case_events.case_id));
CREATE POLICY by_case ON case_leases FOR SELECT TO loket_agent, loket_auditor, loket_administrator USING (EXISTS (SELECT 1 FROM cases c WHERE c.case_id = case_leases.case_id));
CREATE POLICY by_case ON deadlines FOR SELECT TO loket_agent, loket_auditor, loket_administrator USING (EXISTS (SELECT 1 FROM cases c WHERE c.case_id = deadlines.case_id));
-- what `texts_shown` masks (the fields of `is_personal`, `is_contact_address` and `is_of_people`) is read through `case_detail` alone, which
-- masks it, and behind the mask through `unmask` (decision 21)
CREATE POLICY by_case ON texts FOR SELECT TO loket_agent, loket_auditor USING (field !~ '(^|[_.])(phone|email|personal_no|fnr|d_number)$'
  AND field !~ '(^|[.])contact_(postcode|house_number)$' AND field !~ '^((owner|payer|found)_|plant_(address|postcode|city)$)' AND EXISTS (SELECT 1 FROM cases c WHERE c.case_id = texts.case_id));

REVOKE ALL ON ALL TABLES IN SCHEMA loket FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA loket, loket_api FROM PUBLIC;
GRANT USAGE ON SCHEMA loket, loket_api TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION me(), my_role(), my_queues() TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT SELECT ON cases, case_events, case_leases, deadlines, queues, queue_board, processes, process_states, process_transitions,
  calendars, calendar_days TO loket_agent, loket_auditor, loket_administrator;
GRANT SELECT ON texts TO loket_agent, loket_auditor;
GRANT SELECT (agent_id, name, role) ON agents TO loket_agent, loket_auditor, loket_administrator;

GRANT EXECUTE ON FUNCTION loket_api.session_open, loket_api.session_close, loket_api.pulse, loket_api.sweep, loket_api.board_refresh,
  loket_api.inbox, loket_api.rows_of, loket_api.case_by_number, loket_api.case_detail, loket_api.timeline, loket_api.search,
  loket_api.colleagues, loket_api.look_up, loket_api.parties_like, loket_api.document_fetch, loket_api.calendars, loket_api.calendar_days, loket_api.legal_now
  TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.claim_next, loket_api.claim, loket_api.release, loket_api.hand_over, loket_api.case_open, loket_api.apply,
  loket_api.document_attach TO loket_agent, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.text_erase, loket_api.reassign, loket_api.transfer, loket_api.outbox_dead, loket_api.outbox_resend, loket_api.calendar_edit,
  loket_api.recount_batch TO loket_lead, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.import_parties, loket_api.import_contacts, loket_api.import_connections, loket_api.import_meters,
  loket_api.import_customers, loket_api.import_contracts, loket_api.clock_set TO loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.apply, loket_api.case_open, loket_api.document_attach, loket_api.lapsed, loket_api.next_due, loket_api.outbox_take, loket_api.outbox_sent,
  loket_api.outbox_failed, loket_api.outbox_waits, loket_api.outbox_dead, loket_api.outbox_resend, loket_api.message_context, loket_api.case_heard, loket_api.case_named TO loket_worker, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.chain_heads TO loket_worker, loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.board TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.on_time, loket_api.on_time_cases TO loket_agent, loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.verify_batch, loket_api.verify_orphans TO loket_auditor, loket_administrator;

GRANT EXECUTE ON FUNCTION loket_api.draft_save, loket_api.draft_drop, loket_api.draft_share TO loket_agent, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.drafts_mine, loket_api.place_save TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.drafts_purge TO loket_worker, loket_administrator;
-- taking back (0011)
GRANT EXECUTE ON FUNCTION loket_api.take_back TO loket_agent, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.grace TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.grace_set TO loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.undo_clear TO loket_worker, loket_administrator;

-- bulk
GRANT EXECUTE ON FUNCTION loket_api.inbox_filtered, loket_api.filter_cases, loket_api.facts_of TO loket_agent, loket_auditor, loket_administrator, loket_worker;
-- many desks (0009)
GRANT EXECUTE ON FUNCTION loket_api.notices_seen TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.notices_purge, loket_api.line_open, loket_api.tick_lead, loket_api.feed_tick TO loket_worker, loket_administrator;
-- look-ups of forms (0014)
GRANT EXECUTE ON FUNCTION loket_api.connections_like TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.customers_like TO loket_agent, loket_administrator;
-- claiming
GRANT SELECT ON desk_log TO loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.skip, loket_api.take_over TO loket_agent, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.limits TO loket_agent, loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.limits_set TO loket_lead, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.unmask TO loket_agent, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.health TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.leases_idle, loket_api.lease_expire TO loket_worker, loket_administrator;
-- finding again (0016)
GRANT EXECUTE ON FUNCTION loket_api.looked, loket_api.looks_mine, loket_api.recent, loket_api.filters_mine, loket_api.columns_save TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.filter_save, loket_api.filter_drop TO loket_agent, loket_administrator;
-- meters: slots, payments, forms, connections (0017 to 0019)
GRANT EXECUTE ON FUNCTION loket_api.slots_free, loket_api.areas, loket_api.fees, loket_api.payments_of, loket_api.form_version, loket_api.form_at, loket_api.forms,
  loket_api.own_operators, loket_api.connection_find, loket_api.connection_check TO loket_agent, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.slots_put, loket_api.slot_capacity TO loket_lead, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.slots_list TO loket_lead, loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.areas_put, loket_api.fee_add, loket_api.form_add, loket_api.own_operators_set TO loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.payment_create, loket_api.payment_attach, loket_api.payment_seen, loket_api.payment_told, loket_api.payment_find, loket_api.payment_last,
  loket_api.payments_take, loket_api.refund_create, loket_api.refund_seen, loket_api.refunds_take TO loket_worker, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.verify_slots, loket_api.verify_payments, loket_api.verify_evidence TO loket_auditor, loket_administrator;
-- consumption (0021): no table is read by anybody
GRANT EXECUTE ON FUNCTION loket_api.consumption_known, loket_api.consumption_merge TO loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.consumption_read TO loket_agent, loket_administrator;
-- the register of signals (0022)
GRANT EXECUTE ON FUNCTION loket_api.signals_register, loket_api.signal_parties, loket_api.signals_of_party, loket_api.offender_evidence, loket_api.offender_rule TO loket_agent, loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.offenders_due TO loket_worker, loket_administrator;
-- installers (ELS-28 to ELS-30): no table at all, and of the functions those that show the notifications of
-- their own company. Nothing of registers, people or other queues.
GRANT USAGE ON SCHEMA loket, loket_api TO loket_installer;
GRANT EXECUTE ON FUNCTION loket_api.session_open, loket_api.session_close, loket_api.pulse, loket_api.sweep, loket_api.inbox, loket_api.inbox_filtered, loket_api.rows_of,
  loket_api.case_by_number, loket_api.case_detail, loket_api.timeline, loket_api.search, loket_api.filter_cases, loket_api.facts_of, loket_api.calendars, loket_api.calendar_days,
  loket_api.legal_now, loket_api.case_open, loket_api.apply, loket_api.draft_save, loket_api.draft_drop, loket_api.drafts_mine, loket_api.place_save, loket_api.grace,
  loket_api.notices_seen, loket_api.looked, loket_api.looks_mine, loket_api.recent, loket_api.filters_mine, loket_api.columns_save, loket_api.health TO loket_installer;
GRANT EXECUTE ON FUNCTION loket_api.plant_find TO loket_installer, loket_worker, loket_administrator;
-- the data wash (0020): no table for anybody but the stage, into which an import copies
GRANT INSERT ON wash_stage TO loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.wash_begin, loket_api.wash_unstage, loket_api.wash_step, loket_api.wash_merge, loket_api.wash_skip, loket_api.wash_may_close, loket_api.wash_gone,
  loket_api.wash_fault_set, loket_api.register_put, loket_api.register_rows TO loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.wash_hold, loket_api.wash_to_open, loket_api.wash_open, loket_api.wash_awaited, loket_api.wash_closing, loket_api.wash_corrections_take, loket_api.wash_correction_told, loket_api.wash_update_put, loket_api.wash_updates_untold TO loket_worker, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.wash_runs, loket_api.wash_faults TO loket_lead, loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.wash_pace, loket_api.wash_most_gone, loket_api.wash_next_days TO loket_lead, loket_auditor, loket_administrator, loket_worker;
GRANT EXECUTE ON FUNCTION loket_api.wash_corrections_back, loket_api.wash_milestone_set TO loket_lead, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.wash_updates, loket_api.wash_progress TO loket_agent, loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.wash_update_end TO loket_agent, loket_administrator;
-- its screens (0023)
GRANT EXECUTE ON FUNCTION loket_api.wash_clusters, loket_api.wash_cluster, loket_api.wash_updates_waiting, loket_api.register_enterprises_like TO loket_agent, loket_auditor, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.register_ask TO loket_agent, loket_administrator;
GRANT EXECUTE ON FUNCTION loket_api.wash_at_go_live TO loket_lead, loket_administrator;
