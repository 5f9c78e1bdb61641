//! The table of bounds.

/// Writes the [`Rules`](crate::Rules) of a runtime's parameters as a table: for every parameter its track, the least
/// and the most that it may be.
///
/// The table has to name every parameter that the runtime has, each with bounds of its own type, or it does not
/// compile.
///
/// ```ignore
/// bounds! {
///     /// The bounds of all parameters.
///     pub struct Bounds: RuntimeParameters, RuntimeParametersKey, Track, Step::DOUBLE;
///
///     Agents in agents {
///         MinStake: AgentManagement, 50 * OPEN, 10_000 * OPEN;
///     }
/// }
/// ```
///
/// `RuntimeParameters` is the enum that `#[dynamic_params]` writes, `RuntimeParametersKey` the one of its keys.
/// `Agents` is their variant of the module `agents`, which has to be in scope, and `MinStake` a parameter in it.
/// `Track` is an enum of the runtime, and `AgentManagement` one of its variants. The last item is how far one change
/// may lead.
///
/// Besides the rules, the struct has `all()`: the keys of all parameters, in the order of the table.
#[macro_export]
macro_rules! bounds {
	(
		$(#[$meta:meta])*
		$vis:vis struct $bounds:ident: $parameters:ident, $keys:ident, $tracks:ident, $step:expr;
		$(
			$group:ident in $module:ident {
				$( $name:ident: $track:ident, $least:expr, $most:expr; )+
			}
		)+
	) => {
		$(#[$meta])*
		$vis struct $bounds;

		impl $crate::Rules<$parameters> for $bounds {
			type Track = $tracks;

			fn value(parameter: &$parameters) -> Option<u128> {
				match parameter {
					$( $parameters::$group(parameter) => match parameter {
						$( $module::Parameters::$name(_, value) => value.map($crate::Amount::amount), )+
					}, )+
				}
			}

			fn rule(key: &$keys) -> $crate::Rule<$tracks> {
				match key {
					$( $keys::$group(key) => match key {
						$( $module::ParametersKey::$name(_) => $crate::Rule::between(
							<$module::$name as $crate::__private::Get<_>>::get(),
							$least,
							$most,
							$step,
							$tracks::$track,
						), )+
					}, )+
				}
			}
		}

		impl $bounds {
			/// The keys of all parameters, in the order of the table.
			$vis fn all() -> impl Iterator<Item = $keys> {
				[
					$( $( $keys::$group($module::ParametersKey::$name($module::$name)), )+ )+
				]
				.into_iter()
			}
		}
	};
}
