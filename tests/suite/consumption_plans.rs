//! How consumption is found: each of the four questions goes by the key of the partitions in which its time
//! lies and touches no other, however many connections there are. What a question really did is counted
//! by the server; what the planner says of its statement is asked as well.

use crate::support::db::{SUPERUSER, TestDb};

const CONNECTIONS: i32 = 400;

/// Totals of two years and quarter-hours of three months.
async fn loaded() -> (TestDb, sqlx::PgPool) {
    let db = TestDb::new().await;
    let pool = db.pool(SUPERUSER, 1).await;
    let fill = format!(
        "SET search_path = loket, public; SET client_min_messages = warning;
        INSERT INTO connections (ean, ean_valid, country, product, street, postcode, city, grid_operator_gln)
          SELECT 'E' || n, true, 'BE', 'E', 's', '1000', 'c', '1' FROM generate_series(1, {CONNECTIONS}) n;
        INSERT INTO consumption_points (ean) SELECT 'E' || n FROM generate_series(1, {CONNECTIONS}) n;
        SELECT consumption_parts('2023-12-31 23:00Z', '2025-12-31 22:00Z');
        INSERT INTO consumption_days (value, day, point_id, register, covered, status, meter, given)
          SELECT 9, d::date, p, 3, 1440, 2, 1, false
          FROM generate_series(1, {CONNECTIONS}) p,
            generate_series('2024-01-01'::date, '2025-12-31', '1 day') d;
        INSERT INTO consumption_values (starts_at, value, point_id, register, minutes, status, meter)
          SELECT s, 100, p, 3, 15, 2, 1 FROM generate_series(1, {CONNECTIONS} / 4) p,
            generate_series('2025-04-30 22:00Z'::timestamptz, '2025-07-31 21:45Z', '15 min') s;
        INSERT INTO consumption_spans SELECT p, 3, 1, f, '2023-12-31 23:00Z', '2025-12-31 23:00Z'
          FROM generate_series(1, {CONNECTIONS}) p, (VALUES (true), (false)) x(f);
        ANALYZE consumption_days; ANALYZE consumption_values; ANALYZE consumption_spans;
        ANALYZE consumption_points;"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(fill))
        .execute(&pool)
        .await
        .unwrap();
    (db, pool)
}

/// Which tables of values a question read by their key, and which from end to end.
async fn read(pool: &sqlx::PgPool, (from, to, grain): (&str, &str, i32)) -> [Vec<String>; 2] {
    let mut work = pool.acquire().await.unwrap();
    sqlx::raw_sql("BEGIN").execute(&mut *work).await.unwrap();
    let count = "SELECT relname::text, seq_scan, idx_scan FROM pg_stat_xact_user_tables
        WHERE schemaname = 'loket' AND relname ~ '^consumption_(values|days)_' ORDER BY 1";
    let before: Vec<(String, i64, i64)> =
        sqlx::query_as(count).fetch_all(&mut *work).await.unwrap();
    let look = "SELECT jsonb_array_length(loket.consumption_of('E7', $1::date, $2::date, $3))";
    let found: i32 = sqlx::query_scalar(look)
        .bind(from)
        .bind(to)
        .bind(grain)
        .fetch_one(&mut *work)
        .await
        .unwrap();
    assert!(found > 0, "{from} {grain}");
    let after: Vec<(String, i64, i64)> = sqlx::query_as(count).fetch_all(&mut *work).await.unwrap();
    sqlx::raw_sql("ROLLBACK").execute(&mut *work).await.unwrap();
    let both = || before.iter().zip(&after);
    let by_key = both()
        .filter(|(was, is)| is.2 > was.2)
        .map(|(_, is)| is.0.clone());
    let whole = both()
        .filter(|(was, is)| is.1 > was.1)
        .map(|(_, is)| is.0.clone());
    [by_key.collect(), whole.collect()]
}

/// FLU-36, FLU-37: a year by day, week and month reads the totals of that year, a week of quarter-hours the
/// values of its month, by their keys and nothing else; also once the server keeps the plan.
#[tokio::test(flavor = "multi_thread")]
async fn flu_36_each_question_goes_by_the_key_of_its_partitions() {
    let (_db, pool) = loaded().await;
    let year = ("2025-01-01", "2026-01-01");
    let days = vec!["consumption_days_2025".to_owned()];
    let june = vec!["consumption_values_2025_06".to_owned()];
    let both = ["consumption_values_2025_06", "consumption_values_2025_07"].map(str::to_owned);
    // a plan is kept from the sixth time on
    for round in 0..8 {
        for grain in [1440, 10_080, 30_000] {
            let found = read(&pool, (year.0, year.1, grain)).await;
            assert_eq!(found, [days.clone(), vec![]], "{grain} {round}");
        }
        let found = read(&pool, ("2025-06-09", "2025-06-16", 15)).await;
        assert_eq!(found, [june.clone(), vec![]], "{round}");
        let found = read(&pool, ("2025-06-30", "2025-07-07", 15)).await;
        assert_eq!(found, [both.to_vec(), vec![]], "{round}");
    }
}

/// FLU-36, FLU-37: what EXPLAIN says of the same scans: an index on (connection, register, time), one
/// partition for a year of days and one for a week in the middle of a month.
#[tokio::test(flavor = "multi_thread")]
async fn flu_37_the_planner_prunes_and_uses_the_key() {
    let (_db, pool) = loaded().await;
    let registers = "register = ANY ('{1,2,3,4,5,6,7,8,9}'::smallint[])";
    let days = format!(
        "SELECT * FROM loket.consumption_days WHERE point_id = 7 AND {registers}
          AND day >= '2025-01-01' AND day < '2026-01-01'"
    );
    let fine = format!(
        "SELECT * FROM loket.consumption_values WHERE point_id = 7 AND {registers}
          AND starts_at >= loket.brussels_begin('2025-06-09')
          AND starts_at < loket.brussels_begin('2025-06-16')"
    );
    for (statement, partition) in [
        (days, "consumption_days_2025"),
        (fine, "consumption_values_2025_06"),
    ] {
        let lines: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "EXPLAIN (COSTS OFF) {statement}"
        )))
        .fetch_all(&pool)
        .await
        .unwrap();
        let plan = lines.join("\n");
        let scans: Vec<_> = lines.iter().filter(|line| line.contains("Scan")).collect();
        assert!(
            !plan.contains("Seq Scan") && plan.contains("Index"),
            "{plan}"
        );
        let here = |line: &&String| line.contains(partition);
        assert!(!scans.is_empty() && scans.iter().all(here), "{plan}");
    }
}
