//! What every identifier that is kept as text needs to be read from and written to JSON.

/// `FromStr`, `TryFrom<String>` by way of `parse`, and `String` back, for a newtype around a string.
macro_rules! kept_as_text {
    ($name:ident, $error:ty) => {
        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(kept: $name) -> Self {
                kept.0
            }
        }
    };
}
pub(super) use kept_as_text;
