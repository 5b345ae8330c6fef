import { type ArchiveFile, buildTarGz } from "./archive.ts";
import { type PackageRecipe, renderDepends } from "./makefile.ts";

/** Everything an ipk is made of. */
export interface IpkContent {
	readonly recipe: PackageRecipe;
	/** OpenWrt's name of the architecture, or "all". */
	readonly architecture: string;
	/** Folder of the package's sources, as in an OpenWrt feed. */
	readonly source: string;
	readonly files: readonly ArchiveFile[];
	/** Seconds since 1970 that every entry carries. */
	readonly epoch: number;
}

// opkg runs these; the functions find the package's name in $0, run its own script (postinst-pkg, prerm-pkg) and look after
// uci-defaults and init scripts. Without them (an image being built for something else) there is nothing to do.
const postinst = `#!/bin/sh
[ "\${IPKG_NO_SCRIPT}" = "1" ] && exit 0
[ -s "\${IPKG_INSTROOT}/lib/functions.sh" ] || exit 0
. "\${IPKG_INSTROOT}/lib/functions.sh"
default_postinst "$0" "$@"
`;
const prerm = `#!/bin/sh
[ -s "\${IPKG_INSTROOT}/lib/functions.sh" ] || exit 0
. "\${IPKG_INSTROOT}/lib/functions.sh"
default_prerm "$0" "$@"
`;

/** An ipk as opkg takes it: a gzipped tar of debian-binary, data.tar.gz and control.tar.gz. */
export async function buildIpk(content: IpkContent): Promise<Buffer> {
	const { recipe, files, epoch } = content;
	const control: ArchiveFile[] = [
		text("control", renderControl(content), 0o644),
		text("postinst", postinst, 0o755),
		text("prerm", prerm, 0o755),
	];
	if (recipe.conffiles.length > 0) control.push(text("conffiles", `${recipe.conffiles.join("\n")}\n`, 0o644));
	for (const [name, script] of recipe.scripts) {
		const wrapped = name === "postinst" || name === "prerm";
		control.push(text(wrapped ? `${name}-pkg` : name, `${script}\n`, 0o755));
	}
	return buildTarGz(
		[
			text("debian-binary", "2.0\n", 0o644),
			{ path: "data.tar.gz", data: await buildTarGz(files, epoch), mode: 0o644 },
			{ path: "control.tar.gz", data: await buildTarGz(control, epoch), mode: 0o644 },
		],
		epoch,
	);
}

/** The control file: fields in the order OpenWrt's own packages have them. */
export function renderControl({ recipe, architecture, source, files, epoch }: IpkContent): string {
	const installedBytes = files.reduce((sum, { data }) => sum + data.length, 0);
	const description = recipe.description.split("\n").map((line) => ` ${line.trim()}`);
	const fields: [string, string][] = [
		["Package", recipe.name],
		["Version", recipe.version],
		["Depends", renderDepends(recipe.fields)],
		["Conflicts", recipe.fields.get("CONFLICTS") ?? ""],
		["Provides", recipe.fields.get("PROVIDES") ?? ""],
		["Source", source],
		["SourceName", recipe.name],
		["License", recipe.license],
		["Section", recipe.fields.get("SECTION") ?? ""],
		["SourceDateEpoch", String(epoch)],
		["URL", recipe.fields.get("URL") ?? ""],
		["Maintainer", recipe.maintainer],
		["Architecture", architecture],
		["Installed-Size", String(installedBytes)],
		["Description", description.join("\n").trimStart()],
	];
	return fields
		.filter(([, value]) => value !== "")
		.map(([name, value]) => `${name}: ${value}\n`)
		.join("");
}

/** "polywan_0.1.0-r1_x86_64.ipk" */
export function ipkFileName({ recipe, architecture }: Pick<IpkContent, "recipe" | "architecture">): string {
	return `${recipe.name}_${recipe.version}_${architecture}.ipk`;
}

function text(path: string, content: string, mode: number): ArchiveFile {
	return { path, data: Buffer.from(content), mode };
}
