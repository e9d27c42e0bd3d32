//! An action on many cases: what can be done with how many, and the sheet of the preview, the run
//! and its results, a line a case.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::bulk::call;
use crate::desk::bulk::run::{self, Run};
use crate::desk::bulk::{Job, Row, Verdict, run::Then};
use crate::desk::screen::bulk::State;

/// Columns of the case number.
const CASE: usize = 14;
/// Lines for all that is said of the case under the cursor.
const WHOLE: u16 = 4;

/// The list of actions.
pub(super) fn actions(paint: &mut Paint<'_, '_>, area: Rect, state: State) {
    let columns = usize::from(area.width).min(width::TOGETHER);
    let model = paint.model;
    let Some(job) = model.world.bulk.as_deref() else {
        return;
    };
    let n = job.asked.len().to_string();
    let title = format!(" {}", paint.fill("bulk.title", &[("n", &n)]));
    let title = Line::from(paint.span(Role::Title, title));
    paint.line(Rect { height: 1, ..area }, title);
    let body = Rect {
        y: area.y + 2,
        height: area.height.saturating_sub(2),
        ..area
    };
    if !job.is_read() {
        let read = job.read.to_string();
        let said = paint.fill("bulk.reading", &[("read", &read), ("n", &n)]);
        let line = Line::from(paint.span(Role::Faint, format!(" {said}")));
        return paint.line(body, line);
    }
    let mut lines = Vec::new();
    let mut at = 0;
    for (number, choice) in job.choices.iter().enumerate() {
        if number == state.cursor {
            at = lines.len();
        }
        let digit = if number < 9 {
            (number + 1).to_string()
        } else {
            " ".to_owned()
        };
        let (can, of) = (choice.can.to_string(), job.cases.len().to_string());
        let count = paint.fill("bulk.can", &[("can", &can), ("of", &of)]);
        let role = if choice.refusal.is_some() {
            Role::Faint
        } else {
            Role::Calm
        };
        let room = columns.saturating_sub(6 + width::of(&count));
        lines.push(Line::from(vec![
            paint.span(Role::Key, format!("  {digit} ")),
            paint.span(role, width::left(&choice.label, room)),
            paint.span(Role::Faint, format!(" {count} ")),
        ]));
        if let Some(refusal) = &choice.refusal {
            lines.extend(paint.wrapped_in(Role::Faint, refusal, columns, 4));
        }
    }
    let first = (at + 2).saturating_sub(usize::from(body.height));
    let most = lines.len().saturating_sub(usize::from(body.height));
    let first = first.min(most);
    paint.lines(body, lines, first);
    paint.mark_line(body, at - first);
}

/// Preview, run, results.
pub(super) fn sheet(paint: &mut Paint<'_, '_>, area: Rect) {
    let model = paint.model;
    let Some(job) = model.world.bulk.as_deref() else {
        return;
    };
    let name = call::name(&model.world, job);
    let title = Line::from(paint.span(Role::Title, format!(" {name}")));
    let stage = Line::from(paint.span(Role::Faint, format!("{} ", stage(paint, job))));
    paint.both(Rect { height: 1, ..area }, title, stage);
    let counts = Line::from(Span::raw(format!(" {}", counts(paint, job))));
    paint.line(
        Rect {
            y: area.y + 1,
            height: 1,
            ..area
        },
        counts,
    );
    let given = width::cut(&job.answered(), usize::from(area.width).saturating_sub(2));
    let given = Line::from(paint.span(Role::Faint, format!(" {given}")));
    paint.line(
        Rect {
            y: area.y + 2,
            height: 1,
            ..area
        },
        given,
    );
    let body = Rect {
        y: area.y + 3,
        height: area.height.saturating_sub(4 + WHOLE).max(1),
        ..area
    };
    rows(paint, body, job);
    let below = Rect {
        y: body.bottom() + 1,
        height: area.bottom().saturating_sub(body.bottom() + 1),
        ..area
    };
    whole(paint, below, job);
}

fn stage(paint: &Paint<'_, '_>, job: &Job) -> String {
    match &job.run {
        Run::Not => paint.text("bulk.stage_preview"),
        Run::Ended => paint.text("bulk.stage_results"),
        Run::Going(going) if going.line == run::Line::Lost => paint.text("bulk.stage_lost"),
        Run::Going(going) if going.then == Then::Stop => paint.text("bulk.stage_stopping"),
        Run::Going(_) => paint.text("bulk.stage_running"),
    }
}

fn counts(paint: &Paint<'_, '_>, job: &Job) -> String {
    let count = |key: &str| job.count(key).to_string();
    let (will, wont, out) = (count("will"), count("wont"), count("out"));
    let (done, refused, untried) = (count("done"), count("refused"), count("untried"));
    let counts = match &job.run {
        Run::Not => {
            let with = [("will", &*will), ("wont", &*wont), ("out", &*out)];
            paint.fill("bulk.counts_preview", &with)
        }
        Run::Going(_) => {
            let past = job.count("done") + job.count("refused");
            let all = (past + job.count("will")).to_string();
            let past = past.to_string();
            let with = [("past", &*past), ("all", &*all), ("refused", &*refused)];
            paint.fill("bulk.counts_running", &with)
        }
        Run::Ended => {
            let with = [
                ("done", &*done),
                ("refused", &*refused),
                ("untried", &*untried),
                ("wont", &*wont),
            ];
            paint.fill("bulk.counts_results", &with)
        }
    };
    let pace = job.pace.filter(|_| job.run != Run::Ended);
    let pace = pace.map(|pace| 60_000 / pace.num_milliseconds().max(1));
    match pace {
        Some(n) => format!(
            "{counts}; {}",
            paint.fill("bulk.paced", &[("n", &n.to_string())])
        ),
        None => counts,
    }
}

fn rows(paint: &mut Paint<'_, '_>, area: Rect, job: &Job) {
    let height = usize::from(area.height);
    let at = match &job.run {
        Run::Going(going) => going.at,
        _ => job.cursor,
    };
    let first = (at + 1).saturating_sub(height);
    let words = ["will", "wont", "out", "done", "refused", "untried"];
    let word = |key: &&str| width::of(&paint.text(&format!("bulk.verdict.{key}")));
    let columns = words.iter().map(word).max().unwrap_or(0);
    let shown = job.rows.iter().skip(first).take(height);
    let lines: Vec<Line<'static>> = shown
        .map(|row| line(paint, row, columns, usize::from(area.width)))
        .collect();
    paint.lines(area, lines, 0);
    paint.mark_line(area, at - first);
}

fn role(verdict: &Verdict) -> Role {
    match verdict {
        Verdict::Done(_) => Role::Good,
        Verdict::Refused(_) | Verdict::Wont(_) => Role::Warning,
        Verdict::Out(_) | Verdict::Untried => Role::Faint,
        Verdict::Will(_) => Role::Calm,
    }
}

fn line(paint: &Paint<'_, '_>, row: &Row, word: usize, columns: usize) -> Line<'static> {
    let key = format!("bulk.verdict.{}", row.verdict.key());
    let verdict = width::left(&paint.text(&key), word);
    let room = columns.saturating_sub(1 + word + 2 + CASE + 2);
    let party = if room >= 60 { (room / 4).min(26) } else { 0 };
    let mut spans = vec![
        paint.span(role(&row.verdict), format!(" {verdict}  ")),
        Span::raw(format!("{}  ", width::left(&row.case_no, CASE))),
    ];
    if party > 0 {
        let subject = width::left(&row.subject, party);
        spans.push(paint.span(Role::Faint, format!("{subject}  ")));
    }
    let room = room.saturating_sub(if party > 0 { party + 2 } else { 0 });
    spans.push(paint.span(role(&row.verdict), width::cut(row.verdict.said(), room)));
    Line::from(spans)
}

/// All that is said of the case under the cursor.
fn whole(paint: &mut Paint<'_, '_>, area: Rect, job: &Job) {
    let Some(row) = job.rows.get(job.cursor) else {
        return;
    };
    let said = format!("{} {}: {}", row.case_no, row.subject, row.verdict.said());
    let lines = paint.wrapped_in(Role::Calm, &said, usize::from(area.width), 1);
    paint.lines(area, lines, 0);
}
