const NAME = /^[A-Za-z0-9_]+$/;
const PACKAGE = /^[A-Za-z0-9_-]+$/;
const TYPE = /^[!-~]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters libuci refuses
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/** Section and option names: letters, digits and underscore (libuci util.c, uci_validate_str). */
export function isName(text: string): boolean {
	return NAME.test(text);
}

/** The name in a `package` line may also hold a minus sign. */
export function isPackageName(text: string): boolean {
	return PACKAGE.test(text);
}

/** Section types, and packages on the command line: printable ASCII without the space. */
export function isType(text: string): boolean {
	return TYPE.test(text);
}

/** Values given on the command line or in a delta: no control characters but tab, line feed, carriage return. */
export function isText(text: string): boolean {
	return !CONTROL.test(text);
}

/**
 * The name libuci gives an anonymous section: `cfg`, the number of sections made so far including this one (at
 * least two hexadecimal digits), and four digits of the djb2 hash of its type (libuci list.c, uci_fixup_section).
 */
export function anonymousName(made: number, type: string): string {
	let hash = 5381;
	for (let i = 0; i < type.length; i++) hash = (Math.imul(hash, 33) + type.charCodeAt(i)) | 0;
	const low = (hash & 0xffff).toString(16).padStart(4, "0");
	return `cfg${made.toString(16).padStart(2, "0")}${low}`;
}
