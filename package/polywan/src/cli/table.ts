import { env, isTerminal } from "polywan-runtime/program";

export type Colour = "green" | "yellow" | "red" | "grey" | "bold";

const CODES: Record<Colour, number> = { green: 32, yellow: 33, red: 31, grey: 90, bold: 1 };

/** A cell: text, or text in a colour. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

/** `text` in `colour` where stdout is a terminal and NO_COLOR (no-color.org) is not set. */
export function paint(cell: Cell): string {
	if (typeof cell === "string") return cell;
	return useColour() ? `\u001b[${CODES[cell.colour]}m${cell.text}\u001b[0m` : cell.text;
}

/** Columns as wide as their widest cell, two blanks apart; no blanks at line ends. Columns with nothing in them are left out. */
export function renderTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
	const used = header.map((_, column) => rows.some((row) => widthOf(row[column] ?? "") > 0));
	const widths = header.map((title, column) =>
		Math.max(displayWidth(title), ...rows.map((row) => widthOf(row[column] ?? ""))),
	);
	const lines = [header.map((text): Cell => ({ text, colour: "grey" })), ...rows];
	return lines.map((row) => renderRow(row, widths, used)).join("");
}

function renderRow(row: readonly Cell[], widths: readonly number[], used: readonly boolean[]): string {
	const shown = row
		.map((cell, column) => ({ cell, width: widths[column] ?? 0 }))
		.filter((_, column) => used[column]);
	while (shown.length > 0 && widthOf(shown.at(-1)?.cell ?? "") === 0) shown.pop();
	const cells = shown.map(({ cell, width }, column) => {
		const padding = column === shown.length - 1 ? 0 : width - widthOf(cell) + 2;
		return paint(cell) + " ".repeat(padding);
	});
	return `${cells.join("")}\n`;
}

function widthOf(cell: Cell): number {
	return displayWidth(typeof cell === "string" ? cell : cell.text);
}

function displayWidth(text: string): number {
	return [...text].length;
}

let colour: boolean | null = null;

function useColour(): boolean {
	colour ??= isTerminal(1) && !env("NO_COLOR") && env("TERM") !== "dumb";
	return colour;
}
