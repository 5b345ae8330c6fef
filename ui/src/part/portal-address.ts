/** Where a captive portal leads, from what it answered: a page of the web or nothing. Null: it did not say. */
export function portalAddress(reason: string): string | null {
	const [, text = ""] = /^redirected to (\S+)$/.exec(reason) ?? [];
	if (!URL.canParse(text) || text.endsWith("...")) return null;
	const address = new URL(text);
	return ["http:", "https:"].includes(address.protocol) ? address.href : null;
}
