import { tm } from "./words.ts";

type Cell = string | number | null;

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

/** Saves a table as a file. */
export function CsvButton(props: {
	readonly name: string;
	readonly of: string;
	rows(): readonly (readonly Cell[])[];
}) {
	const save = () => {
		const url = URL.createObjectURL(new Blob([renderCsv(props.rows())], { type: "text/csv" }));
		const link = document.createElement("a");
		link.href = url;
		link.download = `polywan-${props.name}-${new Date().toISOString().slice(0, 16).replace(":", "")}.csv`;
		link.click();
		URL.revokeObjectURL(url);
	};
	return (
		<button type="button" class="push" aria-label={`${tm("more.csv")}: ${props.of}`} onClick={save}>
			{tm("more.csv")}
		</button>
	);
}
