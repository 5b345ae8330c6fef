export type Cell = string | number | null;

/** Rows as RFC 4180 has them. A text that begins as a formula does, in full width or after a line break too, is kept from being one. */
export function renderCsv(rows: readonly (readonly Cell[])[]): string {
	return rows.map((row) => `${row.map(renderCell).join(",")}\r\n`).join("");
}

function renderCell(cell: Cell): string {
	if (cell === null) return "";
	if (typeof cell === "number") return String(cell);
	const text = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
