// Counts checks and says how each went.

export class Checks {
	passed = 0;
	failed = 0;

	/** Notes that `what` holds or not. */
	that(what, holds, detail = '') {
		if (holds) this.passed += 1;
		else this.failed += 1;
		console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}${detail === '' ? '' : `: ${detail}`}`);
	}

	equal(what, actual, expected) {
		const same = String(actual) === String(expected);
		this.that(what, same, same ? String(actual) : `expected ${expected}, found ${actual}`);
	}

	/** Notes that `attempt` is refused with an error that `pattern` matches. */
	async refused(what, attempt, pattern) {
		const error = await attempt.then(
			() => 'accepted',
			(error) => error.message,
		);
		this.that(what, pattern.test(error), error);
	}

	/** Prints the totals and gives the exit code. */
	finish() {
		console.log(`${this.passed} passed, ${this.failed} failed`);
		return this.failed === 0 ? 0 : 1;
	}
}
