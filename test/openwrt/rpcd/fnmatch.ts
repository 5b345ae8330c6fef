/** Whether a name matches a shell pattern as fnmatch(3) without FNM_PATHNAME: `*` and `?` match a slash too. */
export function fnmatch(pattern: string, name: string): boolean {
	return compile(pattern).test(name);
}

const compiled = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
	const known = compiled.get(pattern);
	if (known) return known;
	const source = pattern.replace(/\[[!^]?\]?[^\]]*\]|[\s\S]/g, (token) => {
		if (token === "*") return "[\\s\\S]*";
		if (token === "?") return "[\\s\\S]";
		if (token.length > 1) return renderClass(token);
		return token.replace(/[.+^${}()|[\]\\/]/, "\\$&");
	});
	const expression = new RegExp(`^${source}$`, "u");
	compiled.set(pattern, expression);
	return expression;
}

function renderClass(token: string): string {
	const negated = token[1] === "!" || token[1] === "^";
	const members = token.slice(negated ? 2 : 1, -1).replace(/[[\]\\^&]/g, "\\$&");
	return `[${negated ? "^" : ""}${members}]`;
}
