//! Asks what others changed: when news is heard of, else once a second; seldom while ticks tell that
//! we would hear. The question also keeps the session alive. Backs off while the database does not
//! answer. Jitter keeps many consoles apart.

use std::future::Future;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use uuid::Uuid;

use crate::desk::Msg;
use crate::store::StoreError;
use crate::store::listener::{FeedLine, Tick};
use crate::store::rows::{CaseId, FeedCursor, HERE_MOST, Here, Pulse};
use crate::system;

const BEAT_MS: u64 = 1_000;
/// The pause while ticks are heard.
const RELAXED_MS: u64 = 7_000;
/// The longest pause while the database does not answer.
const LONGEST_MS: u64 = 8_000;
/// No tick for so long: nobody ticks, or we do not hear. A tick comes every ten seconds. It is
/// judged when a question is due, without a timer of its own: a console at rest is woken less than
/// once a second, and a ticker that fell silent costs one long pause, once.
const DEAF: Duration = Duration::from_millis(12_500);
/// After a tick, at most so much later: all consoles hear it in the same moment.
const SPREAD: Duration = Duration::from_millis(150);
/// Never more often than this, however much happens.
const LEAST: Duration = Duration::from_millis(500);
/// Where answers are slow, others wait too: consoles then ask more scattered, and seldomer by this
/// many times the last answer, so that a server with too much to do has time for commands.
const SPREAD_TIMES: u32 = 4;
const LEAST_TIMES: u32 = 10;
const SLOWEST: Duration = Duration::from_millis(RELAXED_MS);
/// A cursor that moves on is no news for colleagues yet.
const REST: Duration = Duration::from_millis(250);
/// No answer for so long is told, although it may still come.
const LATE: Duration = Duration::from_millis(1_500);

/// The session that is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Followed {
    /// Its id.
    pub(super) session: Uuid,
    /// The queues whose news is ours.
    pub(super) queues: Vec<i32>,
}

/// What the one who asks listens to.
#[derive(Debug)]
pub(super) struct Ears {
    /// The open session.
    pub(super) session: watch::Receiver<Option<Followed>>,
    /// What the console is doing.
    pub(super) here: watch::Sender<Here>,
    /// Where to ask, and to hear.
    pub(super) line: FeedLine,
}

/// Ask as long as somebody listens, while a session is open.
pub(super) async fn follow(mut ears: Ears, messages: mpsc::Sender<Msg>) {
    let mut cursor: Option<FeedCursor> = None;
    let mut rhythm = Rhythm::new(ears.here.subscribe());
    loop {
        let open = ears.session.wait_for(Option::is_some).await;
        let Ok(queues) = open.map(|open| open.as_ref().map(|open| open.queues.clone())) else {
            return;
        };
        let queues = queues.unwrap_or_default();
        tokio::select! {
            () = rhythm.wait(&mut ears, &queues) => {}
            () = messages.closed() => return,
        }
        // the session may have been opened anew meanwhile
        let Some(open) = ears.session.borrow().clone() else {
            continue;
        };
        rhythm.here.mark_unchanged();
        // building the line is no part of how long an answer takes
        let built = said_when_late(ears.line.connect(), &messages).await;
        let told = taken(&ears.here);
        let began = now();
        let mut beat = match built {
            Ok(()) => {
                let asked = ears.line.pulse(open.session, cursor.as_ref(), &told);
                said_when_late(asked, &messages).await
            }
            Err(error) => Err(error),
        };
        if beat.is_err() {
            remember(&ears.here, &told.worked);
        }
        if let Ok(pulse) = &mut beat {
            // what happened between the first reading and the first place in the feed
            pulse.resync |= cursor.is_none();
            pulse.took = began.elapsed();
            cursor = Some(pulse.cursor.clone());
        }
        rhythm.asked(began, &beat);
        if messages.send(Msg::Beat(Box::new(beat))).await.is_err() {
            return;
        }
    }
}

/// The answer. While it is late that is told, so that nobody takes what is shown for the present.
async fn said_when_late<T>(
    asked: impl Future<Output = Result<T, StoreError>>,
    messages: &mpsc::Sender<Msg>,
) -> Result<T, StoreError> {
    tokio::pin!(asked);
    if let Ok(answer) = tokio::time::timeout(LATE, &mut asked).await {
        return answer;
    }
    let late = StoreError::Offline("no answer yet".to_owned());
    let _ = messages.send(Msg::Beat(Box::new(Err(late)))).await;
    asked.await
}

/// When to ask next.
struct Rhythm {
    failures: u32,
    /// More is waiting at the place where we are.
    more: bool,
    /// When we asked last.
    asked: Option<Instant>,
    /// How long the answer took.
    took: Duration,
    /// When the last tick was heard, or that there are ticks.
    heard: Option<Instant>,
    /// What the console is doing.
    here: watch::Receiver<Here>,
}

impl Rhythm {
    fn new(here: watch::Receiver<Here>) -> Self {
        Self {
            failures: 0,
            more: false,
            asked: None,
            took: Duration::ZERO,
            heard: None,
            here,
        }
    }

    fn asked(&mut self, began: Instant, beat: &Result<Pulse, StoreError>) {
        self.asked = Some(now());
        self.took = began.elapsed();
        if beat.as_ref().is_ok_and(|pulse| pulse.ticking) {
            self.heard = Some(now());
        }
        (self.failures, self.more) = match beat {
            Ok(pulse) => (0, pulse.more),
            Err(StoreError::Offline(_)) => ((self.failures + 1).min(4), false),
            Err(_) => (1, false),
        };
    }

    /// Waits until it is time.
    async fn wait(&mut self, ears: &mut Ears, queues: &[i32]) {
        if self.more {
            return;
        }
        let often = now() + pause(self.failures, BEAT_MS).max(least_pause(self.took));
        let seldom = now() + pause(self.failures, RELAXED_MS);
        let mut soon: Option<Instant> = None;
        loop {
            let by_itself = match self.heard {
                Some(heard) if heard.elapsed() < DEAF => seldom,
                _ => often,
            };
            let until = soon.map_or(by_itself, |soon| soon.min(by_itself));
            // a database that is away is not hurried
            let may_hurry = self.failures == 0;
            tokio::select! {
                () = tokio::time::sleep_until(until) => return,
                tick = ears.line.hear() => {
                    self.heard = Some(now());
                    // one draw of lots: the least of many would bring all together again
                    let is_news = soon.is_none() && may_hurry;
                    if is_news && concerns(&tick, queues, &ears.here.borrow()) {
                        let spread = SPREAD.max(SPREAD_TIMES * self.took).min(SLOWEST);
                        let after = spread.mul_f64(fastrand::f64());
                        soon = Some(self.hurry(soon, after));
                    }
                }
                Ok(()) = self.here.changed(), if may_hurry => {
                    soon = Some(self.hurry(soon, REST));
                }
            }
        }
    }

    fn hurry(&self, soon: Option<Instant>, after: Duration) -> Instant {
        let at = now() + after;
        let least = LEAST.max(least_pause(self.took));
        let at = self.asked.map_or(at, |asked| at.max(asked + least));
        soon.map_or(at, |soon| soon.min(at))
    }
}

/// No question sooner than this after an answer that took so long: however many ask, they take at
/// most a tenth of the time that the server has for each of them.
pub fn least_pause(took: Duration) -> Duration {
    (LEAST_TIMES * took).min(SLOWEST)
}

fn now() -> Instant {
    Instant::from_std(system::monotonic())
}

/// Whether there may be something for us: news of our queues, other readers of what is on the screen.
fn concerns(tick: &Tick, queues: &[i32], here: &Here) -> bool {
    let cases: Vec<i64> = here.see.iter().chain(&here.at).map(|case| case.0).collect();
    tick.queues.has_any(queues) || tick.cases.has_any(&cases)
}

/// What the console is doing now. What was worked in adds up until it was told.
pub(super) fn tell(here: &watch::Sender<Here>, now: Here) {
    let worked = now.worked.clone();
    here.send_if_modified(|known| {
        let earlier = std::mem::take(&mut known.worked);
        let changed = (known.at, known.writing) != (now.at, now.writing);
        *known = Here {
            worked: earlier,
            ..now
        };
        changed
    });
    remember(here, &worked);
}

/// To be told with the next pulse.
fn remember(here: &watch::Sender<Here>, worked: &[CaseId]) {
    here.send_if_modified(|known| {
        for case in worked {
            if !known.worked.contains(case) && known.worked.len() < HERE_MOST {
                known.worked.push(*case);
            }
        }
        false
    });
}

/// What is told now.
fn taken(here: &watch::Sender<Here>) -> Here {
    let mut told = Here::default();
    here.send_if_modified(|known| {
        told = known.clone();
        known.worked.clear();
        false
    });
    told
}

/// Longer after each failure; never the same for all consoles.
fn pause(failures: u32, base_ms: u64) -> Duration {
    let longest = (base_ms << failures).min(LONGEST_MS.max(base_ms));
    let share = if failures == 0 { 10 } else { 2 };
    let spread = longest / share;
    Duration::from_millis(longest - spread / 2 + fastrand::u64(..=spread) - spread / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_server_is_asked_seldomer_up_to_a_limit() {
        let after = |took| u64::try_from(least_pause(Duration::from_millis(took)).as_millis());
        assert_eq!(after(3), Ok(30), "a fast one is asked as ever");
        assert_eq!(after(200), Ok(2_000));
        assert_eq!(after(800), Ok(RELAXED_MS));
        assert_eq!(
            after(10_000),
            Ok(RELAXED_MS),
            "never so seldom that it looks dead"
        );
    }
}
