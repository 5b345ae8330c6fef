/** FNV-1a, 32 bit: eight hex digits that depend on the text alone. */
export function hashText(text: string): string {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	}
	return (hash >>> 0).toString(16).padStart(8, "0");
}

/** A short name from a prefix and the text's hash, other than those in `taken`; the same as long as nothing before it changes. */
export function deriveName(prefix: string, text: string, taken: ReadonlySet<string>): string {
	let name = `${prefix}${hashText(text)}`;
	for (let turn = 1; taken.has(name); turn++) name = `${prefix}${hashText(`${text} ${turn}`)}`;
	return name;
}
