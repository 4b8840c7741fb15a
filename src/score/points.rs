//! Points, kept in hundredths so that sums are exact.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number of points, exact to the hundredth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "f64"))]
pub struct Points(i64);

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);

    /// The share that `self` is of `whole`, times `full`; none where `whole` is nothing.
    #[must_use]
    pub fn scaled(self, whole: Self, full: Self) -> Option<Self> {
        if whole == Self::ZERO {
            return None;
        }
        let product = i128::from(self.0) * i128::from(full.0);
        let whole = i128::from(whole.0);
        // To the nearest hundredth, halves away from zero.
        let share = (product * 2 + product.signum() * whole) / (whole * 2);
        Some(Self(i64::try_from(share).unwrap_or(if share < 0 { i64::MIN } else { i64::MAX })))
    }

    /// So many hundredths of a point, as they are kept.
    #[must_use]
    pub fn of_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// The points in hundredths, as they are kept.
    #[must_use]
    pub fn hundredths(self) -> i64 {
        self.0
    }

    /// The points as a number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "points of a rubric are far below 2^53 hundredths")]
    pub fn value(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

impl TryFrom<f64> for Points {
    type Error = &'static str;

    #[expect(clippy::cast_possible_truncation, reason = "checked to be small first")]
    fn try_from(value: f64) -> Result<Self, Self::Error> {
        let hundredths = value * 100.0;
        if !hundredths.is_finite() || hundredths.abs() > 1e9 {
            return Err("分值太大；检查有没有多写几位");
        }
        if (hundredths - hundredths.round()).abs() > 1e-6 {
            return Err("分值最多两位小数；写成 0.5 这样");
        }
        Ok(Self(hundredths.round() as i64))
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl std::fmt::Display for Points {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, hundredths) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        match (hundredths / 10, hundredths % 10) {
            (0, 0) => write!(f, "{sign}{whole}"),
            (tenths, 0) => write!(f, "{sign}{whole}.{tenths}"),
            (tenths, rest) => write!(f, "{sign}{whole}.{tenths}{rest}"),
        }
    }
}

impl Add for Points {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Points {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Points {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Points {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Mul<u32> for Points {
    type Output = Self;
    fn mul(self, times: u32) -> Self {
        Self(self.0.saturating_mul(i64::from(times)))
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        points.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_add_up_exactly() {
        let tenth = Points::try_from(0.1).unwrap();
        assert_eq!((0..10).map(|_| tenth).sum::<Points>(), Points::try_from(1.0).unwrap());
        assert!(Points::try_from(0.001).is_err());
        assert!(Points::try_from(f64::NAN).is_err());
    }

    #[test]
    fn points_are_shown_without_needless_zeros() {
        for (value, shown) in [(2.0, "2"), (0.5, "0.5"), (-1.25, "-1.25"), (10.05, "10.05"), (-0.5, "-0.5")] {
            assert_eq!(Points::try_from(value).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn points_are_read_back_as_they_were_written() {
        for hundredths in (-200_000..200_000).step_by(7).chain([-1_000_000_000, 999_999_999, 1_000_000_000]) {
            let written = serde_json::to_string(&Points(hundredths)).unwrap();
            assert_eq!(serde_json::from_str::<Points>(&written).unwrap(), Points(hundredths), "{written}");
        }
        assert_eq!(serde_json::from_str::<Points>("3").unwrap(), Points(300));
    }

    #[test]
    fn a_share_of_far_too_many_points_overflows_nothing() {
        let many = Points(i64::MAX / 4);
        assert_eq!(many.scaled(many, many), Some(many));
        let most = many.scaled(Points(1), many).unwrap();
        assert_eq!((most, most + many, most * 2), (Points(i64::MAX), most, most));
        let least = (-many).scaled(Points(1), many).unwrap();
        assert_eq!((least - many, -least), (least, most));
        assert!(least.to_string().starts_with("-92233720368547758"));
    }

    #[test]
    fn scaling_rounds_to_the_nearest_hundredth() {
        let points = |value: f64| Points::try_from(value).unwrap();
        assert_eq!(points(82.0).scaled(points(109.0), points(100.0)), Some(points(75.23)));
        assert_eq!(points(-1.0).scaled(points(3.0), points(1.0)), Some(points(-0.33)));
        assert_eq!(points(0.0).scaled(points(0.0), points(100.0)), None);
    }
}
