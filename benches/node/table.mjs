// The table of results, as text that is Markdown as well.

const COLUMNS = ['what', 'result', 'target', 'met', 'how'];
const WIDTHS = [50, 24, 16, 3, 3];

function join(cells) {
	return `| ${cells.map((cell, column) => cell.padEnd(WIDTHS[column])).join(' | ')} |`;
}

export function heading() {
	return `${join(COLUMNS)}\n${join(WIDTHS.map((width) => '-'.repeat(width)))}`;
}

/** One result. It has met its target, missed it, or has none. */
export function line({ name, value, target = '', met, detail = '' }) {
	const verdict = met === undefined ? '' : met ? 'yes' : 'NO';
	return join([name, value, target, verdict, detail]);
}
