import { type Cell, renderCsv } from "./csv.ts";
import { tm } from "./words.ts";

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
