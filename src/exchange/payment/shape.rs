//! The objects of the payment service as they travel (`formats.md` 5.9). Amounts are decimals in a
//! text with two digits, never numbers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{Order, Payment, PaymentId, Refund, RefundOrder, RefundStatus, Status};
use crate::domain::money::Money;
use crate::exchange::trouble::Trouble;

/// Longest link that is passed on.
const LINK_LIMIT: usize = 2_000;
/// Longest id of a refund.
const REFUND_ID_LIMIT: usize = 64;

/// An amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Amount {
    value: String,
    currency: String,
}

impl Amount {
    pub(super) fn of(money: Money) -> Self {
        let written = money.to_string();
        let (currency, value) = written.split_once(' ').unwrap_or_default();
        Self {
            value: value.to_owned(),
            currency: currency.to_owned(),
        }
    }

    pub(super) fn money(&self) -> Result<Money, Trouble> {
        let written = format!("{} {}", self.currency, self.value);
        let wrong = |_| Trouble::lasting("amount").with("value", &written);
        written.parse().map_err(wrong)
    }
}

/// A link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Link {
    href: String,
}

/// The links of a payment that are used.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Links {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkout: Option<Link>,
}

/// A payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentObject {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) amount: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) amount_refunded: Option<Amount>,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) is_cancelable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) paid_at: Option<DateTime<Utc>>,
    #[serde(default, rename = "_links")]
    pub(super) links: Links,
}

impl Links {
    pub(super) fn to(checkout: String) -> Self {
        Self {
            checkout: Some(Link { href: checkout }),
        }
    }
}

impl PaymentObject {
    /// Checked. Customers are sent to the link, so that it must be one, and private unless we ask
    /// the service itself in the open.
    pub(super) fn payment(self, is_private: bool) -> Result<Payment, Trouble> {
        let wrong_id = |_| Trouble::lasting("payment_id").with("id", &self.id);
        let checkout = match self.links.checkout {
            Some(link) if !self.status.is_final() => Some(checked(link.href, is_private)?),
            _ => None,
        };
        Ok(Payment {
            id: PaymentId::parse(&self.id).map_err(wrong_id)?,
            status: self.status,
            amount: self.amount.money()?,
            refunded: self.amount_refunded.map(|a| a.money()).transpose()?,
            expires_at: self.expires_at,
            paid_at: self.paid_at,
            checkout,
            is_cancelable: self.is_cancelable,
        })
    }
}

fn checked(link: String, is_private: bool) -> Result<String, Trouble> {
    let is_address = link.starts_with("https://") || (!is_private && link.starts_with("http://"));
    let is_plain = link.bytes().all(|byte| byte.is_ascii_graphic());
    if is_address && is_plain && link.len() <= LINK_LIMIT {
        Ok(link)
    } else {
        Err(Trouble::lasting("checkout"))
    }
}

/// A refund.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RefundObject {
    id: String,
    status: RefundStatus,
    amount: Amount,
}

impl RefundObject {
    pub(super) fn refund(self) -> Result<Refund, Trouble> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !self.id.bytes().all(is_plain) || self.id.len() > REFUND_ID_LIMIT {
            return Err(Trouble::lasting("payment_id").with("id", &self.id));
        }
        Ok(Refund {
            amount: self.amount.money()?,
            id: self.id,
            status: self.status,
        })
    }
}

/// The body by which a payment is made.
pub(super) fn order(order: &Order) -> Json {
    let mut body = json!({
        "amount": Amount::of(order.amount),
        "description": order.description,
        "metadata": {"case": order.case_no, "key": order.key},
    });
    let more = [
        ("redirectUrl", order.redirect_url.as_deref()),
        ("webhookUrl", order.webhook_url.as_deref()),
        ("locale", order.locale),
    ];
    for (name, value) in more {
        if let Some(value) = value {
            body[name] = Json::from(value);
        }
    }
    body
}

/// The body by which money goes back.
pub(super) fn refund_order(order: &RefundOrder) -> Json {
    json!({
        "amount": Amount::of(order.amount),
        "description": order.description,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;
    use proptest::prelude::*;

    fn amount(value: &str) -> Result<Money, Trouble> {
        let (value, currency) = (value.to_owned(), "EUR".to_owned());
        Amount { value, currency }.money()
    }

    #[test]
    fn an_amount_has_two_digits_and_nothing_else() {
        assert_eq!(amount("20.00").map(|money| money.cents), Ok(2_000));
        for wrong in ["20", "20.0", "20,00", "2e1", "020.00", "20.000", "", "NaN"] {
            assert!(amount(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        /// No amount is changed on its way.
        #[test]
        fn amounts_come_back_as_they_went(cents in 0_i64..=99_999_999_999) {
            let money = Money { cents, currency: Currency::Eur };
            prop_assert_eq!(Amount::of(money).money(), Ok(money));
        }
    }

    #[test]
    fn a_link_is_an_address_and_private() {
        assert!(checked("https://pay.example/x".into(), true).is_ok());
        assert!(checked("http://pay.example/x".into(), true).is_err());
        assert!(checked("http://127.0.0.1/x".into(), false).is_ok());
        for wrong in ["javascript:alert(1)", "https://a b", "https://a\u{1b}[2J"] {
            assert!(checked(wrong.into(), false).is_err(), "{wrong}");
        }
    }
}
