// The daemon's own path from a configuration to the kernel, without links and probes: how long it takes with many uplinks
// and rules. Needs the devices of the configuration's uplinks. Prints one line of JSON.
import type { Model } from "polywan-core/config/model";
import { parseModel } from "polywan-core/config/parse";
import { FAMILIES } from "polywan-core/family";
import type { Link } from "polywan-core/link";
import { buildPlan } from "polywan-core/plan/build";
import { divertShares } from "polywan-core/plan/divert";
import { allocateKernelIds, NO_IDS } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import { adjustShares } from "polywan-core/plan/policies";
import { monotonicMs } from "polywan-runtime/clock";
import { listDirectory, readText } from "polywan-runtime/file";
import { args, exit, writeStdout } from "polywan-runtime/program";
import { PackageReader } from "uci-parser/reread";
import { Kernel } from "../../../package/polywan/src/apply/kernel.ts";
import { linksOf } from "../../unit/polywan-core/fixture.ts";

const rounds = 9;
const sampleMs = 1;

/** Without another configuration the first apply is all. */
const [configPath = "", otherPath] = args;
const kernel = new Kernel(null, "none", {
	onForeign() {},
	onTrouble(trouble) {
		throw new Error(trouble);
	},
});

let links: readonly Link[] = [];

function planOf(model: Model, down: string | null): Plan {
	if (links.length === 0) links = model.uplinks.flatMap(({ name }, index) => linksOf(name, index + 1));
	const states = model.uplinks.flatMap(({ name }) =>
		FAMILIES.map((family) => ({ uplink: name, family, state: name === down ? "down" : "up" }) as const),
	);
	return buildPlan({ model, links, states, ids: allocateKernelIds(model, NO_IDS).ids });
}

const reader = new PackageReader("polywan");

function parse(text: string) {
	return parseModel(reader.read(text), {});
}

/** What is done at once when an uplink dies: new connections go elsewhere when this returns. */
function divert(model: Model, plan: Plan, dead: string): Plan {
	const { ids } = allocateKernelIds(model, NO_IDS);
	const shares = { isEligible: (uplink: string) => uplink !== dead };
	let next = plan;
	for (const family of FAMILIES) {
		const adjustments = divertShares(next, dead, family, { model, ids, shares });
		const names = adjustments.map(({ kernelName }) => kernelName);
		const before = next;
		next = adjustShares(before, adjustments);
		if (names.length === 0 || kernel.changeShares(before, next, names) !== true)
			throw new Error(`new connections are not diverted from ${dead}`);
	}
	return next;
}

/** Gives when new connections went where they should. */
async function change(before: Plan | null, after: Plan): Promise<number> {
	let filterMs = Number.NaN;
	const isSuperseded = (): boolean => {
		if (Number.isNaN(filterMs)) filterMs = monotonicMs();
		return false;
	};
	await kernel.change({
		before,
		after,
		firewall: "nftables",
		deaths: [],
		rebuildFilter: false,
		suspectRouting: false,
		isSuperseded,
	});
	return filterMs;
}

/** A number of /proc/PID/status (proc(5)); 0 when the process is gone. */
function statusOf(process: string, field: "Pid" | "PPid" | "VmHWM"): number {
	try {
		return Number(
			new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readText(`/proc/${process}/status`))?.[1] ?? 0,
		);
	} catch {
		return 0;
	}
}

/** The most memory of a child so far: its number is above ours. */
function childPeakNowKb(own: number): number {
	const children = listDirectory("/proc").filter(
		(entry) => Number(entry) > own && statusOf(entry, "PPid") === own,
	);
	return Math.max(0, ...children.map((child) => statusOf(child, "VmHWM")));
}

async function measure(): Promise<void> {
	const text = readText(configPath);
	const times: number[] = [monotonicMs()];
	const note = (): void => void times.push(monotonicMs());
	const model = parse(text);
	note();
	const plan = planOf(model, null);
	note();
	times.push(await change(null, plan));
	note();
	if (otherPath === undefined) {
		writeStdout(`${JSON.stringify({ times })}\n`);
		exit(0);
	}
	const otherText = readText(otherPath);
	const diversions: number[] = [];
	const failures: number[] = [];
	const reloads: number[] = [];
	let before = plan;
	for (let round = 1; round <= rounds; round++) {
		const dead = `u${round + 1}`;
		const failureMs = monotonicMs();
		const diverted = divert(model, before, dead);
		diversions.push(monotonicMs() - failureMs);
		const failed = planOf(model, dead);
		failures.push((await change(diverted, failed)) - failureMs);
		await change(failed, plan);
		const reloadMs = monotonicMs();
		before = planOf(parse(round % 2 === 1 ? otherText : text), null);
		reloads.push((await change(plan, before)) - reloadMs);
		await change(before, plan);
		before = plan;
	}
	const ownPeakKb = statusOf("self", "VmHWM");
	const own = statusOf("self", "Pid");
	let childPeakKb = 0;
	const timer = setInterval(() => {
		childPeakKb = Math.max(childPeakKb, childPeakNowKb(own));
	}, sampleMs);
	await change(null, plan);
	clearInterval(timer);
	writeStdout(`${JSON.stringify({ times, diversions, failures, reloads, ownPeakKb, childPeakKb })}\n`);
	exit(0);
}

measure();
