import { UbusError, ubusStatus } from "ubus-js/bus";
import type { BlobTable, BlobValue } from "ubus-js/codec";

/** A status for the caller. */
export function refuse(status: keyof typeof ubusStatus): UbusError {
	return new UbusError(ubusStatus[status]);
}

export function optionalText(args: BlobTable, name: string): string | undefined {
	const value = args[name];
	return typeof value === "string" ? value : undefined;
}

/** Throws INVALID_ARGUMENT when the argument is missing or no string. */
export function text(args: BlobTable, name: string): string {
	const value = optionalText(args, name);
	if (value === undefined) throw refuse("invalidArgument");
	return value;
}

export function optionalNumber(args: BlobTable, name: string): number | undefined {
	const value = args[name];
	return typeof value === "number" ? value : undefined;
}

export function isTrue(args: BlobTable, name: string): boolean {
	return args[name] === true || args[name] === 1;
}

export function optionalList(args: BlobTable, name: string): BlobValue[] | undefined {
	const value = args[name];
	return Array.isArray(value) ? value : undefined;
}

export function optionalTable(args: BlobTable, name: string): BlobTable | undefined {
	const value = args[name];
	const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
	return isTable && !(value instanceof Uint8Array) ? value : undefined;
}
