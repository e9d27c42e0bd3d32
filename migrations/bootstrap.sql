-- Once per database, by somebody who may create roles (`loket db create` runs it). Everything after
-- it is owned by loket_owner, who cannot log in.
DO $$ DECLARE r text; BEGIN
  FOREACH r IN ARRAY ARRAY['loket_owner','loket_agent','loket_lead','loket_auditor','loket_administrator','loket_worker'] LOOP
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
