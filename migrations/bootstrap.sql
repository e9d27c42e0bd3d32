-- Once per database, by somebody who may create roles (`loket db create` runs it). Everything after
-- it is owned by loket_owner, who cannot log in.
DO $$ DECLARE r text; BEGIN
  FOREACH r IN ARRAY ARRAY['loket_owner','loket_agent','loket_lead','loket_auditor','loket_administrator','loket_worker','loket_installer'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r) THEN
      BEGIN EXECUTE format('CREATE ROLE %I NOLOGIN', r);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- two databases made at the same moment
      END;
    END IF;
  END LOOP; END $$;
-- sees pid and backend_start of all sessions: the liveness of a console is that of its connection
GRANT pg_read_all_stats TO loket_owner;
GRANT loket_agent TO loket_lead;
CREATE SCHEMA ext;
GRANT USAGE ON SCHEMA ext TO PUBLIC;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE SCHEMA loket AUTHORIZATION loket_owner;
CREATE SCHEMA loket_api AUTHORIZATION loket_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- a temporary table of the same name would be found before ours
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
ALTER DEFAULT PRIVILEGES FOR ROLE loket_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- Sweeping, counting, ticking and claiming stand in line by advisory locks, which any role could take
-- and keep: only the owner's functions may. A right of the superuser; without one it is left to the
-- administrator (README.md).
DO $$ DECLARE f regprocedure; BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    RAISE WARNING 'advisory locks stay open to every role: only a superuser can close them';
    RETURN;
  END IF;
  FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_' LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO loket_owner', f);
  END LOOP;
END $$;
