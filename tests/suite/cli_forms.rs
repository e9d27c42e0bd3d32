//! `loket forms`, and a request with a form on the command line, by the real program.

use loket::domain::form::Form;
use loket::store::admin::AgentRow;

use crate::support::db::SUPERUSER;
use crate::support::file::File;
use crate::support::shell::Shell;
use crate::support::world::{World, ean};

/// The form that comes with the program, and one field more.
fn changed() -> String {
    let form = Form::builtin("installation").unwrap().unwrap();
    let more = r#"
[[fields]]
key = "storage_kwh"
type = "number"
decimals = 1
unit = "kWh"
max = "500"
required = true
label = { en = "Storage", nl = "Opslag", nb = "Lager", sv = "Lager" }
"#;
    format!("{}{more}", form.to_toml())
}

const SOLAR: &str = "--field installation.kind=solar --field installation.panel_power_wp=3600 \
    --field installation.inverter_power_kw=3,68 --field installation.in_use_from=2026-12-03";

/// Opens a request and leads it to the form; gives its number.
fn led_to_the_form(anna: &Shell) -> String {
    let opened = anna.one("case open tlm --field customer_ref=NL0000001");
    let no = opened["case_no"].as_str().unwrap().to_owned();
    anna.ok(&format!(
        "case do {no} contact_validated --field details_right=yes"
    ));
    anna.ok(&format!(
        "case do {no} location_searched --field postcode=5226HP --field house_number=1 \
         --field meters_found=yes"
    ));
    let ean = ean(1);
    anna.ok(&format!(
        "case do {no} meter_chosen --field ean={ean} --field meter_no=E1 --field lives_there=yes \
         --field grid_ours=yes"
    ));
    no
}

/// TLM-10: an administrator changes a form without a new program; new requests are asked it, those that
/// were received before keep theirs.
#[tokio::test(flavor = "multi_thread")]
async fn tlm_10_a_changed_form_is_asked_of_new_requests_only() {
    let world = World::new().await;
    let admin = Shell::of(&world.db.url("admin_1"));
    let anna = Shell::of(&world.db.url("anna"));
    for (role, kind) in [("anna", "agent"), ("admin_1", "admin")] {
        let agent = AgentRow {
            db_role: role.into(),
            name: role.into(),
            role: kind.into(),
            queues: vec!["metering".into()],
            firm: None,
            disabled_at: None,
        };
        world.db.store(SUPERUSER).agent_add(&agent).await.unwrap();
    }
    let listed = admin.ok("forms list");
    assert!(
        listed.contains("asked now, came with the program"),
        "{listed}"
    );
    let old = led_to_the_form(&anna);

    let file = File::new("form.toml", &changed());
    assert!(
        anna.refused(&format!("forms add installation {}", file.path()))
            .len()
            > 5
    );
    let said = admin.ok(&format!("forms check {}", file.path()));
    assert!(said.contains("6 fields"), "{said}");
    let added = admin.one(&format!("forms add installation {}", file.path()));
    assert_eq!(added["version"], 2);
    let later = led_to_the_form(&anna);

    let refused = anna.run(&format!("case do {later} installation_entered {SOLAR}"));
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("Storage"), "{refused:?}");
    let beyond = format!(
        "case do {later} installation_entered {SOLAR} --field installation.storage_kwh=501"
    );
    let beyond = anna.run(&beyond);
    assert!(beyond.err.contains("≤ 500 kWh"), "{beyond:?}");
    anna.ok(&format!(
        "case do {later} installation_entered {SOLAR} --field installation.storage_kwh=9,5"
    ));
    let unknown = anna.run(&format!(
        "case do {old} installation_entered {SOLAR} --field installation.storage_kwh=9,5"
    ));
    assert_ne!(unknown.code, 0, "the old one is not asked that");
    anna.ok(&format!("case do {old} installation_entered {SOLAR}"));
    let shown = anna.ok(&format!("case show {later}"));
    assert!(
        shown.contains("9.5 kWh") && shown.contains("solar panels"),
        "{shown}"
    );

    // a form that needs nothing may be left empty: nothing is filled in then
    let free = File::new("free.toml", &changed().replace("= true", "= false"));
    admin.one(&format!("forms add installation {}", free.path()));
    let empty = led_to_the_form(&anna);
    anna.ok(&format!("case do {empty} installation_entered"));

    admin.ok(&format!(
        "case do {old} check_result --field suitability=suitable --field check_source=domain"
    ));
    let verified = admin.run("db verify");
    assert_eq!(verified.code, 0, "{verified:?}");
}

/// TLM-10: what is shown as a file is a file that is the same form, and the preview asks as the desk does.
#[tokio::test(flavor = "multi_thread")]
async fn tlm_10_a_form_is_shown_as_a_file_and_as_it_is_asked() {
    let world = World::new().await;
    let admin = Shell::of(&world.db.url("admin_1"));
    let shown = admin.ok("forms show installation --toml");
    let form = Form::from_toml("installation", 1, &shown).unwrap();
    assert_eq!(Some(form), Form::builtin("installation").unwrap());
    let table = admin.ok("forms show installation");
    assert!(table.contains("0.1–1000 kW"), "{table}");
    let asked = admin.ok("forms preview installation");
    for said in [
        "Power of the panels",
        "solar panels",
        "50–1000000 Wp",
        "needed if Kind",
    ] {
        assert!(asked.contains(said), "{said}: {asked}");
    }
    let file = File::new("form.toml", &changed());
    assert!(
        admin
            .ok(&format!("forms preview {}", file.path()))
            .contains("Storage")
    );
    assert!(admin.refused("forms show nothing").contains("nothing"));
    assert!(
        admin
            .refused("forms show installation --version 9")
            .contains("installation")
    );
}

/// TLM-10: files that are no form are refused with field and line, whatever stands in them.
#[test]
fn tlm_10_hostile_files_are_refused_by_name() {
    let shell = Shell::of("postgres://nobody@127.0.0.1:1/nothing");
    let label = "label = { en = \"a\", nl = \"a\", nb = \"a\", sv = \"a\" }";
    let field = |key: &str, rest: &str| format!("[[fields]]\nkey = \"{key}\"\n{label}\n{rest}\n");
    let twice = field("power", "type = \"date\"").repeat(2);
    let cycle = field(
        "one",
        "type = \"yes_no\"\nrequired_if = { field = \"two\", is = [\"yes\"] }",
    );
    for (source, said) in [
        (twice, "line 6: power"),
        (cycle, "line 2: one"),
        (field("power", "type = \"number\"\nmin = 3"), "line 5"),
        (
            field("power", "type = \"number\"\nunit = \"\\u001b[2J\""),
            "power",
        ),
        ("x".repeat(10 * 1024 * 1024), "larger than 100000 bytes"),
        ("\u{0}\u{1b}]0;owned\u{7}".to_owned(), "is no form"),
    ] {
        let file = File::new("form.toml", &source);
        let refused = shell.run(&format!("forms check {}", file.path()));
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.err.contains(said), "{said}: {}", refused.err);
        assert!(!refused.err.contains('\u{1b}'), "{refused:?}");
    }
}
