//! Which register's turn it is: registers that are one whole share its time, and what one of them covers
//! another does not miss (FLU-38).

use super::shown::{Series, Slot};
use super::{Direction, Register, Step};

/// What belongs together: which registers are one whole, the first that has values counts.
pub(super) const WHOLES: [&[Register]; 7] = [
    &[Register::OfftakeDay, Register::OfftakeNight],
    &[Register::OfftakeTotal],
    &[Register::OfftakeActive],
    &[Register::OfftakeVolume],
    &[Register::InjectionDay, Register::InjectionNight],
    &[Register::InjectionTotal],
    &[Register::InjectionActive],
];

/// Says of each series what it misses, and when it was not its turn.
pub(super) fn take(series: &mut [Series], slots: &[Slot], step: Step) {
    for whole in WHOLES {
        share_time(series, whole, slots);
    }
    for direction in [Direction::Offtake, Direction::Injection] {
        for (number, slot) in slots.iter().enumerate() {
            rest(series, direction, (number, slot), step);
        }
    }
    if let Step::Fine(_) = step {
        (0..slots.len()).for_each(|slot| one_tariff(series, slot));
    }
}

/// What is taken and what is given have their tariffs at the same times: what one way says of a quarter-hour
/// goes for the other.
fn one_tariff(series: &mut [Series], slot: usize) {
    const DAY: [Register; 2] = [Register::OfftakeDay, Register::InjectionDay];
    const NIGHT: [Register; 2] = [Register::OfftakeNight, Register::InjectionNight];
    let has = |tariff: [Register; 2]| {
        let mut of_it = series.iter().filter(|one| tariff.contains(&one.register));
        of_it.any(|one| one.amount(slot).is_some())
    };
    let other = match (has(DAY), has(NIGHT)) {
        (true, false) => NIGHT,
        (false, true) => DAY,
        _ => return,
    };
    for one in series
        .iter_mut()
        .filter(|one| other.contains(&one.register))
    {
        if let Some(rests) = one.rests.get_mut(slot) {
            *rests = true;
        }
    }
}

/// A quarter-hour has a value of the day tariff or of the night tariff. Where they cover more than there
/// is, each has a value of its own for the same time.
fn share_time(series: &mut [Series], whole: &[Register], slots: &[Slot]) {
    let mut parts: Vec<&mut Series> = series
        .iter_mut()
        .filter(|one| whole.contains(&one.register))
        .collect();
    for (number, slot) in slots.iter().enumerate() {
        let of_slot = parts.iter().filter_map(|one| one.values.get(number));
        let covered = of_slot.flatten().map(|one| slot.minutes() - one.missing);
        let (sum, most) = covered.fold((0, 0), |(sum, most), one| (sum + one, most.max(one)));
        let apart = sum <= slot.minutes();
        let missing = slot.minutes() - if apart { sum } else { most };
        for one in &mut parts {
            let had = one.values.get_mut(number).map(Option::as_mut);
            match had.flatten() {
                Some(amount) => {
                    one.total.missing -= amount.missing - missing;
                    amount.missing = missing;
                }
                None => one.total.missing -= slot.minutes() - missing,
            }
        }
    }
}

/// Where one register of a direction has all of a stretch, or of a quarter-hour anything, the others have
/// nothing that lacks: it was not their turn, or they counted before or after it.
fn rest(series: &mut [Series], direction: Direction, (number, slot): (usize, &Slot), step: Step) {
    let of_way = |one: &Series| one.register.direction() == direction;
    let has = |one: &Series| one.values.get(number).copied().flatten();
    let there: Vec<_> = series
        .iter()
        .filter(|one| of_way(one))
        .filter_map(|one| Some((one.register, has(one)?.missing)))
        .collect();
    let Some(least) = there.iter().map(|(_, missing)| *missing).min() else {
        return;
    };
    if least > 0 && !matches!(step, Step::Fine(_)) {
        return;
    }
    for one in series.iter_mut().filter(|one| of_way(one)) {
        if has(one).is_some() {
            continue;
        }
        if let Some(rests) = one.rests.get_mut(number) {
            *rests = true;
        }
        // a whole that has nothing of the stretch was said to miss all of it
        let whole = WHOLES.iter().find(|whole| whole.contains(&one.register));
        let is_told = whole.is_some_and(|whole| there.iter().any(|(it, _)| whole.contains(it)));
        if !is_told {
            one.total.missing -= slot.minutes() - least;
        }
    }
}
