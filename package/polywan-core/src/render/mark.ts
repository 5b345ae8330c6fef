/** A mark as all our scripts write it: 0x01000000. */
export function renderMark(mark: number): string {
	return `0x${mark.toString(16).padStart(8, "0")}`;
}

/** The bits that are not ours. */
export function invertMask(mask: number): number {
	return ~mask >>> 0;
}

/** A UCI name as a comment: characters that are harmless in every script and never quoted by iptables-save. */
export function renderComment(kind: string, name: string): string {
	return `${kind}:${name.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 80)}`;
}

/** "polywan <rule>: ", as far as it fits: iptables takes 29 characters (NF_LOG_PREFIXLEN of xt_LOG). */
export function renderLogPrefix(rule: string): string {
	const name = rule.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 19);
	return `polywan ${name}: `;
}
