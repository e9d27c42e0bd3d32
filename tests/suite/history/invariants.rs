//! What holds of the tables whatever happened, asked as questions that find the exceptions.

use sqlx::PgPool;

use super::record::{Finding, Kind};
use crate::support::world::World;

/// Each names what must not be there, and finds it.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "held without a lease, or a lease of what is not held",
        "SELECT coalesce(c.case_id, l.case_id)::text FROM loket.cases c
         FULL JOIN loket.case_leases l USING (case_id)
         WHERE (c.work = 'held') IS DISTINCT FROM (l.case_id IS NOT NULL)",
    ),
    (
        "two leases of one case",
        "SELECT case_id::text FROM loket.case_leases GROUP BY 1 HAVING count(*) > 1",
    ),
    (
        "a lease with another fence than its case",
        "SELECT c.case_id::text FROM loket.cases c JOIN loket.case_leases l USING (case_id)
         WHERE c.fence <> l.fence",
    ),
    (
        "a lease of a session of somebody else, or of none",
        "SELECT l.case_id::text FROM loket.case_leases l
         LEFT JOIN loket.agent_sessions s USING (session_id)
         WHERE s.agent_id IS DISTINCT FROM l.agent_id",
    ),
    (
        "an agent with more cases than the queue allows",
        "SELECT l.agent_id::text FROM loket.case_leases l JOIN loket.cases c USING (case_id)
         JOIN loket.queues q USING (queue_id)
         GROUP BY l.agent_id, q.queue_id, q.max_leases HAVING count(*) > q.max_leases",
    ),
    (
        "a chain that is not what its case says",
        "SELECT c.case_id::text FROM loket.cases c LEFT JOIN LATERAL (
           SELECT count(*) AS n, max(seq) AS top, (array_agg(hash ORDER BY seq DESC))[1] AS head
           FROM loket.case_events e WHERE e.case_id = c.case_id) e ON true
         WHERE (e.n, e.top, e.head) IS DISTINCT FROM (c.last_seq::bigint, c.version, c.last_hash)",
    ),
    (
        "an event that does not hang on the one before",
        "SELECT case_id || '/' || seq FROM (SELECT case_id, seq, prev_hash,
           lag(hash, 1, '\\x'::bytea) OVER (PARTITION BY case_id ORDER BY seq) AS before
           FROM loket.case_events) e WHERE prev_hash <> before",
    ),
    (
        "an event whose number, instant or fence goes back",
        "SELECT case_id || '/' || seq FROM (SELECT case_id, seq, event_id, at, fence,
           lag(event_id) OVER w AS id_before, lag(at) OVER w AS at_before,
           lag(fence) OVER w AS fence_before
           FROM loket.case_events WINDOW w AS (PARTITION BY case_id ORDER BY seq)) e
         WHERE event_id <= id_before OR at < at_before OR fence < fence_before",
    ),
    (
        "a command without a result",
        "SELECT cmd_id::text FROM loket.commands WHERE result IS NULL",
    ),
    (
        "a command with two effects",
        "SELECT cmd_id::text FROM loket.case_events WHERE kind <> 'transferred_in'
         GROUP BY cmd_id HAVING count(*) > 1 AND cmd_id IS NOT NULL",
    ),
    (
        "an effect whose command is not known",
        "SELECT e.case_id || '/' || e.seq FROM loket.case_events e
         LEFT JOIN loket.commands c USING (cmd_id)
         WHERE e.cmd_id IS NOT NULL AND c.cmd_id IS NULL",
    ),
    (
        "a message that is both sent and to be sent, or written later and numbered earlier",
        "SELECT outbox_id::text FROM (SELECT outbox_id, legal_at, lag(legal_at) OVER w AS before,
           lag(outbox_id) OVER w AS number_before FROM (
             SELECT case_id, outbox_id, legal_at FROM loket.outbox
             UNION ALL SELECT case_id, outbox_id, legal_at FROM loket.outbox_sent) m
           WINDOW w AS (PARTITION BY case_id ORDER BY outbox_id)) m
         WHERE legal_at < before OR outbox_id = number_before",
    ),
    (
        "a message that overtook one of its case",
        "SELECT o.outbox_id::text FROM loket.outbox o JOIN loket.outbox_sent s USING (case_id)
         WHERE o.dead_at IS NULL AND o.attempts > 0 AND s.outbox_id > o.outbox_id",
    ),
    (
        "a message of what was taken back",
        "SELECT o.outbox_id::text FROM loket.outbox o JOIN loket.case_events e
           ON e.case_id = o.case_id AND e.kind = 'taken_back' AND (e.body ->> 'seq')::int = o.seq",
    ),
    (
        "a case that sorts by another clock than its nearest",
        "SELECT c.case_id::text FROM loket.cases c LEFT JOIN LATERAL (
           SELECT key, due_at FROM loket.deadlines d
           WHERE d.case_id = c.case_id AND outcome IS NULL
           ORDER BY whose IN ('system', 'notice'), due_at, key LIMIT 1) d ON true
         WHERE c.due_clock IS DISTINCT FROM d.key
            OR c.sort_at <> coalesce(d.due_at, '9999-12-31Z')",
    ),
    (
        "a closed case with a holder",
        "SELECT case_id::text FROM loket.cases WHERE (work = 'closed') <> (closed_at IS NOT NULL)",
    ),
];

/// Everything that does not hold.
pub(crate) async fn holds(world: &World, owner: &PgPool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (what, query) in EXCEPTIONS {
        let found: Vec<String> = sqlx::query_scalar(*query)
            .fetch_all(owner)
            .await
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        if !found.is_empty() {
            let few: Vec<_> = found.iter().take(5).collect();
            let what = format!("{what}: {} ({few:?})", found.len());
            findings.push(Finding::new(Kind::Invariant, what));
        }
    }
    let auditor = world.db.store("auditor_1");
    let verified = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    let differences = verified.differences.into_iter();
    findings.extend(
        differences.map(|it| Finding::new(Kind::Verify, format!("{}: {}", it.case_no, it.what))),
    );
    findings
}
