// JSON as libubox's blobmsg_json.c writes and reads it.
import { BlobReader, type BlobTable, blobType, CodecError } from "ubus-js/codec";

/** Renders fields as one JSON object; `indented` with tabs, otherwise without any blank. Throws CodecError. */
export function renderFields(fields: Uint8Array, indented: boolean): string {
	return renderList(new BlobReader(fields), 0, fields.length, true, 0, indented);
}

function renderList(
	reader: BlobReader,
	start: number,
	end: number,
	named: boolean,
	depth: number,
	indented: boolean,
): string {
	const elements: string[] = [];
	reader.fields(start, end, named, (type, name, from, to) => {
		const label = named && name !== "" ? renderName(name, indented) : "";
		elements.push(label + renderValue(reader, type, from, to, depth + 1, indented));
	});
	const inner = separator(depth + 1, indented);
	const text = inner + elements.join(`,${inner}`) + separator(depth, indented);
	return named ? `{${text}}` : `[${text}]`;
}

function separator(depth: number, indented: boolean): string {
	return indented ? `\n${"\t".repeat(depth)}` : "";
}

function renderName(name: string, indented: boolean): string {
	return `${renderString(name)}:${indented ? " " : ""}`;
}

function renderValue(
	reader: BlobReader,
	type: number,
	start: number,
	end: number,
	depth: number,
	indented: boolean,
): string {
	if (depth > 64) throw new CodecError("values are nested deeper than 64");
	if (type === blobType.table || type === blobType.array)
		return renderList(reader, start, end, type === blobType.table, depth, indented);
	const value = reader.value(type, start, end, depth);
	if (type === blobType.unspecified) return "null";
	if (type === blobType.string) return renderString(value as string);
	if (type === blobType.double) return renderDouble(value as number);
	return String(value);
}

/** printf's %lf. */
function renderDouble(value: number): string {
	if (Number.isFinite(value)) return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
	if (Number.isNaN(value)) return "nan";
	return value > 0 ? "inf" : "-inf";
}

/** JSON.stringify's escapes are libubox's, but for the form feed. */
function renderString(text: string): string {
	const parts = text.split("\f").map((part) => JSON.stringify(part).slice(1, -1));
	return `"${parts.join("\\u000c")}"`;
}

/** Reads a JSON object. null: it is none. Whole numbers become integers whatever their notation. */
export function parseJsonTable(text: string): BlobTable | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as BlobTable) : null;
	} catch {
		return null;
	}
}
