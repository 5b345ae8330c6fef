/** What an OpenWrt package Makefile says of one package, with its variables expanded. */
export interface PackageRecipe {
	readonly name: string;
	/** PKG_VERSION-rPKG_RELEASE, as OpenWrt has it since 24.10. */
	readonly version: string;
	/** Variables set in `define Package/<name>`: SECTION, TITLE, DEPENDS, EXTRA_DEPENDS… */
	readonly fields: ReadonlyMap<string, string>;
	readonly license: string;
	readonly maintainer: string;
	readonly description: string;
	readonly conffiles: readonly string[];
	/** Scripts by name: postinst, prerm, postrm, preinst. */
	readonly scripts: ReadonlyMap<string, string>;
}

const scriptNames = ["preinst", "postinst", "prerm", "postrm"];

/** Reads `define Package/<name>` and its companions. Throws when the Makefile has no such package. */
export function parsePackage(makefile: string, name: string): PackageRecipe {
	const { variables, blocks } = parseMakefile(makefile);
	const block = blocks.get(`Package/${name}`);
	if (block === undefined) throw new Error(`the Makefile has no "define Package/${name}"`);
	const version = expand("$(PKG_VERSION)-r$(PKG_RELEASE)", variables);
	const scope = new Map([...variables, ["VERSION", version] as const]);
	const part = (companion: string) => expand(blocks.get(`Package/${name}/${companion}`) ?? "", scope);
	return {
		name,
		version,
		fields: new Map([...parseAssignments(block)].map(([key, value]) => [key, expand(value, scope)])),
		license: expand("$(PKG_LICENSE)", scope),
		maintainer: expand("$(PKG_MAINTAINER)", scope),
		description: part("description"),
		conffiles: part("conffiles").split("\n").filter(Boolean),
		scripts: new Map(
			scriptNames.flatMap((script) => (part(script) === "" ? [] : [[script, part(script)] as const])),
		),
	};
}

/** Dependencies as opkg's control file lists them: versioned ones first, each package once. */
export function renderDepends(fields: ReadonlyMap<string, string>): string {
	const versioned = (fields.get("EXTRA_DEPENDS") ?? "")
		.split(",")
		.map((entry) => entry.trim().replace("(=", "(= "))
		.filter(Boolean);
	const named = new Set(versioned.map((entry) => entry.split(" ")[0]));
	const plain = (fields.get("DEPENDS") ?? "")
		.split(/\s+/)
		.map((entry) => entry.replace(/^\+/, ""))
		.filter((entry) => entry !== "" && !named.has(entry));
	return [...versioned, ...plain].join(", ");
}

/** Replaces the value of one variable, for a hash that a program sets. Throws when the Makefile does not set it. */
export function withVariable(makefile: string, name: string, value: string): string {
	const line = new RegExp(`^${name}:=.*$`, "m");
	if (!line.test(makefile)) throw new Error(`the Makefile does not set ${name}`);
	return makefile.replace(line, `${name}:=${value}`);
}

/** The value of a variable set at the top of a Makefile, expanded; empty when it is not set. */
export function readVariable(makefile: string, name: string): string {
	return expand(`$(${name})`, parseMakefile(makefile).variables);
}

function parseMakefile(text: string): { variables: Map<string, string>; blocks: Map<string, string> } {
	const blocks = new Map<string, string>();
	const outside = text.replace(/^define (\S+)\n([\s\S]*?)^endef$/gm, (_, name: string, body: string) => {
		blocks.set(name, body.replace(/\n$/, ""));
		return "";
	});
	return { variables: parseAssignments(outside), blocks };
}

function parseAssignments(text: string): Map<string, string> {
	const joined = text.replace(/\\\n\s*/g, " ");
	return new Map(
		[...joined.matchAll(/^[ \t]*(\w+)[ \t]*(?::|\?)?=[ \t]*(.*)$/gm)].map(([, key = "", value = ""]) => [
			key,
			value,
		]),
	);
}

/** `$(NAME)` by its value, unknown names by nothing, `$$` by `$`. */
function expand(text: string, variables: ReadonlyMap<string, string>): string {
	return text.replace(/\$(\$|\((\w+)\))/g, (_, dollar: string, name: string | undefined) =>
		name === undefined ? dollar : expand(variables.get(name) ?? "", variables),
	);
}
