/** Used by the start and by the part: there must be one of it. */
export function describeValue(value: string): string {
	return `value ${value}`;
}
