//! The check digit of Swedish numbers (identifiers.md 3.6).

/// Whether ten digits pass: weights 2, 1, 2, 1 …, digit sums of the products, a multiple of ten.
pub(super) fn passes(ten: &[u32]) -> bool {
    let product = |(place, digit): (usize, &u32)| {
        let product = if place % 2 == 0 { 2 * digit } else { *digit };
        product / 10 + product % 10
    };
    ten.len() == 10 && ten.iter().enumerate().map(product).sum::<u32>() % 10 == 0
}

/// The values of digits; `None` when a character is none.
pub(super) fn values(digits: &str) -> Option<Vec<u32>> {
    digits.chars().map(|c| c.to_digit(10)).collect()
}
