//! How much approval and support a referendum needs, from the first block of its decision to the last.

use pallet_referenda::Curve;
use sp_runtime::FixedI64;

/// `numerator` hundredths.
const fn percent(numerator: u128) -> FixedI64 {
	FixedI64::from_rational(numerator, 100)
}

/// From unanimity down to a simple majority, fast at first: 80 % after a seventh of the time.
pub(super) const MAJORITY: Curve = Curve::make_reciprocal(4, 28, percent(80), percent(50), percent(100));

/// From unanimity down to two thirds.
pub(super) const TWO_THIRDS: Curve = Curve::make_linear(28, 28, FixedI64::from_rational(2, 3), percent(100));

/// From half of the electorate down to none, evenly: what nobody minds passes at the end.
pub(super) const TURNOUT: Curve = Curve::make_linear(28, 28, percent(0), percent(50));

/// From half of the chamber down to a tenth.
pub(super) const STRONG_TURNOUT: Curve = Curve::make_linear(28, 28, percent(10), percent(50));

/// From a quarter of the chamber down to a tenth: what changes the rules of others' business.
pub(super) const POLICY_TURNOUT: Curve = Curve::make_linear(28, 28, percent(10), percent(25));

/// From a quarter of the chamber down to a twentieth: what spends.
pub(super) const SPENDING_TURNOUT: Curve = Curve::make_linear(28, 28, percent(5), percent(25));

/// From a tenth of the chamber down to three hundredths, more than the two that one account can weigh.
pub(super) const SMALL_TURNOUT: Curve = Curve::make_linear(28, 28, percent(3), percent(10));
