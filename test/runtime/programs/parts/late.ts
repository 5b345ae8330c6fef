import { describeValue } from "./shared.ts";

export function describeLate(): string {
	return describeValue("late");
}

export function seenByLate(): typeof describeValue {
	return describeValue;
}

export function makeError(): Error {
	return new RangeError("an error of the part");
}

export function fail(): never {
	throw makeError();
}
