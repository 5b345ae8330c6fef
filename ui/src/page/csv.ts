export type Cell = string | number | null;

/** Rows as RFC 4180 has them. A leading = + - @ of a text is kept from being a formula. */
export function renderCsv(rows: readonly (readonly Cell[])[]): string {
	return rows.map((row) => `${row.map(renderCell).join(",")}\r\n`).join("");
}

function renderCell(cell: Cell): string {
	if (cell === null) return "";
	if (typeof cell === "number") return String(cell);
	const text = /^[=+\-@\t]/.test(cell) ? `'${cell}` : cell;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
