import { type BlobTable, type BlobValue, blobType } from "./codec.ts";
import { UbusError, ubusStatus } from "./status.ts";

export type BlobTypeName = "string" | "int32" | "int64" | "bool" | "double" | "array" | "table";
/** Argument names and their types. */
export type MethodArguments = { [name: string]: BlobTypeName };

const typeNumbers: { readonly [name in BlobTypeName]: number } = {
	string: blobType.string,
	int32: blobType.int32,
	int64: blobType.int64,
	bool: blobType.int8,
	double: blobType.double,
	array: blobType.array,
	table: blobType.table,
};

const typeNames: ReadonlyMap<number, string> = new Map([
	...Object.entries(typeNumbers).map(([name, type]) => [type, name] as const),
	[blobType.int16, "int16"] as const,
]);

/** The SIGNATURE attribute of an object: one table per method, each argument the number of its type. */
export function buildSignature(methods: { [method: string]: { args?: MethodArguments } }): BlobTable {
	const signature: BlobTable = {};
	for (const [method, { args }] of Object.entries(methods)) {
		const types: BlobTable = {};
		for (const [name, type] of Object.entries(args ?? {})) types[name] = typeNumbers[type];
		signature[method] = types;
	}
	return signature;
}

/** The reverse, as others see an object: type numbers nobody defined become "unknown". */
export function readSignature(signature: BlobTable): { [method: string]: { [argument: string]: string } } {
	const methods: { [method: string]: { [argument: string]: string } } = {};
	for (const [method, types] of Object.entries(signature)) {
		const args: { [argument: string]: string } = {};
		if (isTable(types)) {
			for (const [name, type] of Object.entries(types)) args[name] = typeNames.get(Number(type)) ?? "unknown";
		}
		methods[method] = args;
	}
	return methods;
}

/** Throws UbusError INVALID_ARGUMENT when an argument the method declares has another type; others may be there. */
export function checkArguments(declared: MethodArguments | undefined, args: BlobTable): void {
	if (declared === undefined) return;
	for (const name of Object.keys(args)) {
		const type = Object.hasOwn(declared, name) ? declared[name] : undefined;
		if (type !== undefined && !hasType(args[name] as BlobValue, type))
			throw new UbusError(ubusStatus.invalidArgument, `argument ${name} must be ${type}`);
	}
}

/** Callers speak JSON, where the width of an integer is chosen by its value: narrower ones fit wider arguments. */
function hasType(value: BlobValue, type: BlobTypeName): boolean {
	switch (type) {
		case "string":
			return typeof value === "string";
		case "bool":
			return typeof value === "boolean";
		case "int32":
			return typeof value === "number" && value === (value | 0);
		case "int64":
			return typeof value === "bigint" || Number.isInteger(value);
		case "double":
			return typeof value === "number";
		case "array":
			return Array.isArray(value);
		case "table":
			return isTable(value);
	}
}

function isTable(value: BlobValue): value is BlobTable {
	return (
		typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
	);
}
