//! How far the data wash has come, for people and for spreadsheets (DW-GEN-13, DW-GEN-14).

use chrono::NaiveDate;

use crate::cli::Shell;
use crate::store::wash::Progress;

/// For people.
pub(super) fn say(progress: &Progress, is_open: impl Fn(NaiveDate) -> bool, shell: &Shell) {
    let texts = &shell.texts;
    for total in &progress.codes {
        let right = format!("{:.2}", progress.share(|one| one.code == total.code));
        let (open, found) = (total.open().to_string(), total.found.to_string());
        let values = [
            ("code", total.code.as_str()),
            ("share", &right),
            ("open", &open),
            ("found", &found),
        ];
        shell.say(&texts.fill("washing.share", &values));
    }
    for one in &progress.milestones {
        let (days, a_day) = progress.needed(one, &is_open);
        let now = progress.share(|total| one.codes.contains(&total.code));
        let values = [
            ("name", one.name.clone()),
            ("day", one.day.to_string()),
            ("codes", one.codes.join(" ")),
            ("wanted", format!("{:.2}", one.share)),
            ("share", format!("{now:.2}")),
            ("days", days.to_string()),
            ("needed", a_day.to_string()),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        shell.say(&texts.fill("washing.milestone", &values));
    }
    for week in &progress.weeks {
        let (found, ended) = (week.found.to_string(), week.ended.to_string());
        let values = [
            ("week", week.week.to_string()),
            ("code", week.code.clone()),
            ("found", found),
            ("ended", ended),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        shell.say(&texts.fill("washing.week", &values));
    }
}

/// One kind of row after the other, told apart by the first column.
pub(super) fn table(progress: &Progress, is_open: impl Fn(NaiveDate) -> bool, shell: &Shell) {
    shell.say("what,name,day,codes,found,ended,open,share,wanted,working_days,needed_a_day");
    for total in &progress.codes {
        let right = progress.share(|one| one.code == total.code);
        let ended = total.solved + total.gone;
        let (code, found, open) = (&total.code, total.found, total.open());
        shell.say(&format!(
            "code,{code},,{code},{found},{ended},{open},{right:.2},,,"
        ));
    }
    for week in &progress.weeks {
        let (day, code, found, ended) = (week.week, &week.code, week.found, week.ended);
        shell.say(&format!("week,,{day},{code},{found},{ended},,,,,"));
    }
    for one in &progress.milestones {
        let (days, a_day) = progress.needed(one, &is_open);
        let now = progress.share(|total| one.codes.contains(&total.code));
        let name = one.name.replace('"', "\"\"");
        let (day, codes, wanted) = (one.day, one.codes.join(" "), one.share);
        let line =
            format!("milestone,\"{name}\",{day},{codes},,,,{now:.2},{wanted:.2},{days},{a_day}");
        shell.say(&line);
    }
}
