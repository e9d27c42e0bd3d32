//! Cases by the million. The engine makes a few hundred histories; SQL copies each onto thousands of
//! metering points, with hash chains of their own. A live case is what the program would have written
//! (without texts and sent letters), so that `loket db verify` has nothing to say of it; a closed one
//! has its row and its clocks, but one short event in place of its history.

use chrono::{DateTime, Duration, Utc};
use color_eyre::Result;
use color_eyre::eyre::eyre;
use loket::domain::calendar::Calendars;
use loket::process::engine::{self, Actor, Answer, Answers, CaseFacts, Change, Context};
use loket::process::field::Value;
use loket::process::{self};
use loket::store::admin::{self, Purpose};
use loket::system;
use serde::Serialize;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use uuid::Uuid;

use super::database::Database;
use super::report::say;

/// What copies the histories; `@cases@` and the like are put in by [`fill`].
pub(crate) const SQL: &str = include_str!("fill.sql");
/// Moments of receipt, spread over the last day.
const MOMENTS: u32 = 96;
/// Stand for the metering point, the party, the customer and the contact until they are copied.
const EAN: &str = "871687909999999991";
const PARTY: &str = "8717189999996";
const CUSTOMER: &str = "NL-CUSTOMER";
const CONTACT: i64 = 987_654_321;

/// How far a case of a history has come.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Open,
    Waiting,
    Closed,
}

/// One event of a history.
#[derive(Debug, Serialize)]
struct Step {
    kind: String,
    at: DateTime<Utc>,
    change: Change,
}

/// A case as the engine sees it, with its events.
#[derive(Debug, Serialize)]
struct History {
    stage: Stage,
    opened_at: DateTime<Utc>,
    case: CaseFacts,
    steps: Vec<Step>,
}

/// Makes everything in an empty database: tables, agents, registers, cases.
pub(crate) async fn fill(database: &PgConnectOptions, cases: u32) -> Result<()> {
    admin::prepare(database, Purpose::Work).await?;
    let histories = serde_json::to_value(histories()?)?;
    let mut session = database.connect().await?;
    sqlx::query("CREATE TABLE public.history AS SELECT row_number() OVER () - 1 AS n, h FROM jsonb_array_elements($1) h")
        .bind(histories)
        .execute(&mut session)
        .await?;
    for part in SQL.split("-- next: ").skip(1) {
        let (title, sql) = part.split_once('\n').unwrap_or((part, ""));
        let began = system::monotonic();
        run(&mut session, sql, cases).await?;
        say(&format!(
            "  {title}: {:.1} s",
            began.elapsed().as_secs_f64()
        ));
    }
    session.close().await?;
    Ok(())
}

/// Statements that cannot stand in one transaction are a part each.
async fn run(session: &mut PgConnection, sql: &str, cases: u32) -> Result<()> {
    let sql = sql
        .replace("@cases@", &cases.to_string())
        .replace("@moments@", &MOMENTS.to_string())
        .replace("@connections@", &(cases / 4).max(1_000).to_string())
        .replace("@crowd@", &super::server::CROWD.to_string())
        .replace("@ean@", EAN)
        .replace("@party@", PARTY)
        .replace("@customer@", CUSTOMER)
        .replace("@contact@", &CONTACT.to_string());
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(session).await?;
    Ok(())
}

fn histories() -> Result<Vec<History>> {
    let calendars = Database::calendars()?;
    let now = system::now();
    let mut histories = Vec::new();
    for moment in 0..MOMENTS {
        let ago = Duration::days(1) * i32::try_from(moment)? / i32::try_from(MOMENTS)?;
        let received = now - Duration::hours(1) - ago;
        for stage in [Stage::Open, Stage::Waiting, Stage::Closed] {
            histories.push(history(stage, received, &calendars)?);
        }
    }
    Ok(histories)
}

fn history(stage: Stage, received: DateTime<Utc>, calendars: &Calendars) -> Result<History> {
    let at = |minutes| received + Duration::minutes(minutes);
    let doubt = process::find("doubt").ok_or_else(|| eyre!("no such process"))?;
    let change = engine::open(
        doubt,
        received,
        &opening_answers(),
        &context(at(1), Actor::System, calendars),
    );
    let change = change.map_err(|refusal| eyre!("{refusal}"))?;
    let mut history = History {
        stage,
        opened_at: at(1),
        case: engine::born(&change),
        steps: vec![Step {
            kind: "opened".into(),
            at: at(1),
            change,
        }],
    };
    history.step("block_confirmed", at(3), Actor::System, &[], calendars)?;
    match stage {
        Stage::Open => {}
        Stage::Waiting => {
            let answers = [
                ("channel", code("phone")),
                ("contact", Answer::Value(Value::Number(CONTACT))),
                ("ask_proof", Answer::Value(Value::Bool(true))),
                ("contacted_at", Answer::Value(Value::instant(at(20)))),
            ];
            history.step("contact_party", at(20), Actor::Agent, &answers, calendars)?;
        }
        Stage::Closed => {
            let wrong = [("wrong_reason", code("wrong_connection"))];
            history.step("wrongly_blocked", at(30), Actor::Agent, &wrong, calendars)?;
            history.step("unblocked", at(40), Actor::System, &[], calendars)?;
        }
    }
    Ok(history)
}

impl History {
    fn step(
        &mut self,
        action: &str,
        at: DateTime<Utc>,
        actor: Actor,
        answers: &[(&str, Answer)],
        calendars: &Calendars,
    ) -> Result<()> {
        let answers = collect(answers);
        let change = engine::step(&self.case, action, &answers, &context(at, actor, calendars))
            .map_err(|refusal| eyre!("{action}: {refusal}"))?;
        self.case = engine::after(&self.case, &change);
        self.steps.push(Step {
            kind: action.to_owned(),
            at,
            change,
        });
        Ok(())
    }
}

fn context(now: DateTime<Utc>, actor: Actor, calendars: &Calendars) -> Context<'_> {
    Context {
        now,
        actor,
        calendars,
        command: Uuid::new_v4(),
    }
}

fn opening_answers() -> Answers {
    collect(&[
        ("ean", code(EAN)),
        ("party_gln", code(PARTY)),
        ("party_role", code("supplier")),
        ("source", code("customer_direct")),
        ("signal_type", code("no_permission")),
        ("concerns_isma", Answer::Value(Value::Bool(false))),
        ("customer_ref", code(CUSTOMER)),
    ])
}

/// An answer that an event may hold.
pub(crate) fn code(word: &str) -> Answer {
    Answer::Value(Value::Code(word.into()))
}

/// Answers by field.
pub(crate) fn collect(answers: &[(&str, Answer)]) -> Answers {
    let owned = answers.iter().cloned();
    owned
        .map(|(key, answer)| (key.to_owned(), answer))
        .collect()
}
