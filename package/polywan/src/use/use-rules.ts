import { FAMILIES, type Family } from "polywan-core/family";
import type { Plan, PlanUplink } from "polywan-core/plan/plan";
import { invertMask, renderMark } from "polywan-core/render/mark";
import type { Status } from "polywan-core/status";
import { appendFile, exists, readText, removeFile } from "polywan-runtime/file";
import { hasTool, runTool, ToolError } from "../apply/tool.ts";
import { STATE_DIRECTORY } from "../daemon/state-file.ts";
import { readNftTables } from "../netlink/nftables.ts";

// What a group of its own does to packets of the commands that `polywan use` runs. Apart from the plan, for it is there only
// where somebody used it, until polywan is stopped.

/** Group of uplink n is this plus n: as its routing table by default, and far from groups that people have. */
const FIRST_GROUP = 0x7000;
const NFT_USE_TABLE = "polywan_use";
const COMMENT = "polywan_use";
/** Names of the uplinks that were used, one a line. */
const USED_FILE = `${STATE_DIRECTORY}/used`;

export function groupOf(uplink: Pick<PlanUplink, "id">): number {
	return FIRST_GROUP + uplink.id;
}

/** Sees to it that packets of the uplink's group get its mark, from now on. Rejects with ToolError. */
export async function installUseRules(
	plan: Pick<Plan, "uplinks" | "markMask">,
	uplink: PlanUplink,
	firewall: Status["firewall"],
): Promise<void> {
	if (!readUsed().includes(uplink.name)) appendFile(USED_FILE, `${uplink.name}\n`);
	await install(plan, uplink, firewall);
}

/** The same again for every uplink that was used, after somebody flushed everything. Rejects with ToolError. */
export async function restoreUseRules(
	plan: Pick<Plan, "uplinks" | "markMask">,
	firewall: Status["firewall"],
): Promise<void> {
	const used = readUsed();
	for (const uplink of plan.uplinks) if (used.includes(uplink.name)) await install(plan, uplink, firewall);
}

async function install(
	plan: Pick<Plan, "uplinks" | "markMask">,
	uplink: PlanUplink,
	firewall: Status["firewall"],
): Promise<void> {
	if (firewall === "nftables") await runTool(["nft", "-f", "-"], renderNft(plan));
	else for (const family of FAMILIES) await installIptablesRule(plan, uplink, family);
}

/** Takes out what any call ever installed. Rejects with ToolError. */
export async function removeUseRules(): Promise<void> {
	if (hasTool("nft") && readNftTables().includes(`inet ${NFT_USE_TABLE}`))
		await runTool(["nft", "delete", "table", "inet", NFT_USE_TABLE], "");
	for (const family of FAMILIES) await removeIptablesRules(family);
	removeFile(USED_FILE);
}

function readUsed(): readonly string[] {
	return exists(USED_FILE) ? readText(USED_FILE).split("\n") : [];
}

/** One transaction for all uplinks, whatever is there. It comes before polywan's own chain, which leaves marked packets alone. */
function renderNft({ uplinks, markMask }: Pick<Plan, "uplinks" | "markMask">): string {
	const place = `inet ${NFT_USE_TABLE}`;
	const kept = renderMark(invertMask(markMask));
	const lines = [
		`add table ${place}`,
		`add chain ${place} output { type route hook output priority mangle - 1; policy accept; }`,
		`flush chain ${place} output`,
		`add rule ${place} output oifname "lo" return`,
		...uplinks.map(
			(uplink) =>
				`add rule ${place} output meta skgid ${groupOf(uplink)} meta mark set meta mark & ${kept} | ${renderMark(uplink.mark)}`,
		),
	];
	return `${lines.join("\n")}\n`;
}

async function installIptablesRule(
	{ markMask }: Pick<Plan, "markMask">,
	uplink: PlanUplink,
	family: Family,
): Promise<void> {
	const program = family === 4 ? "iptables" : "ip6tables";
	if (!hasTool(program)) return;
	const mark = `0x${uplink.mark.toString(16)}/0x${markMask.toString(16)}`;
	const owner = ["!", "-o", "lo", "-m", "owner", "--gid-owner", String(groupOf(uplink))];
	const rule = [...owner, "-m", "comment", "--comment", COMMENT, "-j", "MARK", "--set-xmark", mark];
	try {
		await runTool([program, "-w", "-t", "mangle", "-C", "OUTPUT", ...rule], "");
	} catch (error) {
		if (!(error instanceof ToolError)) throw error;
		await runTool([program, "-w", "-t", "mangle", "-A", "OUTPUT", ...rule], "");
	}
}

async function removeIptablesRules(family: Family): Promise<void> {
	const program = family === 4 ? "iptables" : "ip6tables";
	if (!hasTool(`${program}-save`)) return;
	const saved = await runTool([`${program}-save`], "");
	const ours = saved.split("\n").filter((line) => line.includes(`--comment ${COMMENT} `));
	if (ours.length === 0) return;
	const removals = ours.map((line) => line.replace(/^-A /, "-D "));
	await runTool([`${program}-restore`, "-w", "--noflush"], `*mangle\n${removals.join("\n")}\nCOMMIT\n`);
}
