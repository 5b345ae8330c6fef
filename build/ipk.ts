import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { type PackageArchitecture, packageArchitectures, parseArchitectures } from "./architecture.ts";
import type { ArchiveFile } from "./archive.ts";
import { buildAll } from "./build.ts";
import { buildIpk, ipkFileName } from "./ipk-format.ts";
import { parsePackage } from "./makefile.ts";
import { readOverlay } from "./overlay.ts";
import { readPanelFiles } from "./panel.ts";
import { root, runAsProgram } from "./program.ts";
import { setUp } from "./setup.ts";
import { buildSourceArchives } from "./source-archive.ts";

/** What every router needs (runtime and polywan) together, for each architecture. */
export const ipkLimitBytes = 1_000_000;

/** Where an installed package's program comes from and goes to. */
interface IpkSource {
	readonly name: string;
	/** Folder with the Makefile. */
	readonly folder: string;
	/** File under dist/<target>/ → path on the router. */
	readonly programs: Readonly<Record<string, string>>;
}

/** The packages of the router, dependencies first. */
const packages: readonly IpkSource[] = [
	{ name: "polywan-runtime", folder: "package/runtime", programs: { "polywan-run": "usr/bin/polywan-run" } },
	{ name: "polywan", folder: "package/polywan", programs: { polywan: "usr/sbin/polywan" } },
	{
		name: "polywan-reports",
		folder: "package/polywan-reports",
		programs: { "polywan-reports": "usr/sbin/polywan-reports" },
	},
	{
		name: "polywan-mwan3-compat",
		folder: "package/polywan-mwan3-compat",
		programs: { "polywan-mwan3-compat": "usr/sbin/polywan-mwan3-compat" },
	},
];

/** A package file that was written. */
export interface Ipk {
	readonly path: string;
	readonly bytes: number;
	readonly sha256: string;
}

/** Packs what dist/ holds for an architecture into a folder; `buildAll` has to come first. */
export async function packIpks(
	architecture: PackageArchitecture,
	epoch = sourceDateEpoch(),
	folder = join(root, "dist/ipk"),
): Promise<Ipk[]> {
	mkdirSync(folder, { recursive: true });
	const ipks: Ipk[] = [];
	for (const source of packages) {
		const recipe = parsePackage(readFileSync(join(root, source.folder, "Makefile"), "utf8"), source.name);
		const files = [
			...readPrograms(source, architecture),
			...readOverlay(join(root, "rootfs-overlay"), source.name),
		];
		const content = { recipe, architecture, source: `feeds/polywan/${source.folder}`, files, epoch };
		const data = await buildIpk(content);
		const path = join(folder, ipkFileName(content));
		writeFileSync(path, data);
		ipks.push({ path, bytes: data.length, sha256: createHash("sha256").update(data).digest("hex") });
	}
	return ipks;
}

/** Packs the panel, which is the same for every architecture. */
export async function packPanelIpk(epoch = sourceDateEpoch(), folder = join(root, "dist/ipk")): Promise<Ipk> {
	mkdirSync(folder, { recursive: true });
	const name = "luci-app-polywan";
	const recipe = parsePackage(readFileSync(join(root, "package", name, "Makefile"), "utf8"), name);
	const files = [...readPanelFiles(), ...readOverlay(join(root, "rootfs-overlay"), name)];
	const content = { recipe, architecture: "all", source: `feeds/polywan/package/${name}`, files, epoch };
	const data = await buildIpk(content);
	const path = join(folder, ipkFileName(content));
	writeFileSync(path, data);
	return { path, bytes: data.length, sha256: createHash("sha256").update(data).digest("hex") };
}

/** Seconds since 1970 of the sources: SOURCE_DATE_EPOCH, or the last commit. */
export function sourceDateEpoch(): number {
	const given = process.env.SOURCE_DATE_EPOCH;
	if (given) return Number(given);
	try {
		return Number(
			execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, stdio: ["ignore", "pipe", "ignore"] }),
		);
	} catch {
		throw new Error(
			"the sources have no git history; set SOURCE_DATE_EPOCH to the seconds since 1970 of their release",
		);
	}
}

function readPrograms({ programs }: IpkSource, architecture: PackageArchitecture): ArchiveFile[] {
	return Object.entries(programs).map(([file, path]) => ({
		path,
		data: readFileSync(join(root, "dist", packageArchitectures[architecture], file)),
		mode: 0o755,
	}));
}

/** Not every router needs them. */
const optionalPackages = ["polywan-reports", "polywan-mwan3-compat"];

/** The size of those packages that count for `ipkLimitBytes`. */
export function neededBytes(ipks: readonly Ipk[]): number {
	return ipks
		.filter(({ path }) => !optionalPackages.some((name) => basename(path).startsWith(`${name}_`)))
		.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Builds and packs; false when an architecture's packages are too large. */
async function packArchitecture(architecture: PackageArchitecture): Promise<boolean> {
	await buildAll([packageArchitectures[architecture]]);
	const ipks = await packIpks(architecture);
	for (const { path, bytes, sha256 } of ipks)
		console.log(`${sha256}  ${String(bytes).padStart(7)}  ${path.slice(root.length + 1)}`);
	const totalBytes = neededBytes(ipks);
	const holds = totalBytes <= ipkLimitBytes;
	console.log(`${architecture}: ${totalBytes} bytes together, ${holds ? "within" : "OVER"} ${ipkLimitBytes}`);
	return holds;
}

runAsProgram("ipk", async (args) => {
	const { values } = parseArgs({
		args,
		options: { arch: { type: "string", default: "x86_64" }, source: { type: "boolean", default: false } },
	});
	setUp();
	if (values.source) {
		for (const { path, sha256 } of await buildSourceArchives())
			console.log(`${sha256}  ${path.slice(root.length + 1)}`);
		return 0;
	}
	let holds = true;
	const architectures = parseArchitectures(values.arch);
	for (const architecture of architectures) holds = (await packArchitecture(architecture)) && holds;
	const panel = await packPanelIpk();
	console.log(`${panel.sha256}  ${String(panel.bytes).padStart(7)}  ${panel.path.slice(root.length + 1)}`);
	return holds ? 0 : 1;
});
