//! The private PostgreSQL: made, shared, stopped, adopted.

use crate::support::db::TestDb;

/// Tests see only their own database, and as the role they asked for.
#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (one, two) = (TestDb::new().await, TestDb::new().await);
    let anna = one.pool("anna", 2).await;
    let crowd = two.pool("agent_63", 1).await;
    let ask = "SELECT session_user || '@' || current_database()";
    let who: String = sqlx::query_scalar(ask).fetch_one(&anna).await.unwrap();
    assert_eq!(who, format!("anna@{}", one.name()));
    let who: String = sqlx::query_scalar(ask).fetch_one(&crowd).await.unwrap();
    assert_eq!(who, format!("agent_63@{}", two.name()));
    let url = sqlx::PgPool::connect(&two.url("worker_1")).await.unwrap();
    let who: String = sqlx::query_scalar(ask).fetch_one(&url).await.unwrap();
    assert_eq!(who, format!("worker_1@{}", two.name()));
}
