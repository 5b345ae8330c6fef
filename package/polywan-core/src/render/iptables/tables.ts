import type { Family } from "../../family.ts";
import { lowestBit } from "../../plan/ids.ts";
import { mergeNetworks } from "../../plan/network-list.ts";
import type { Plan, PlanRule, PlanTarget, PlanTranslation, PlanUplink } from "../../plan/plan.ts";
import { PRIVATE_NETWORKS } from "../../plan/private-network.ts";
import { HEAVY_TIMEOUT_S } from "../../plan/set-limit.ts";
import { isSharedIn, type SharedDevice, sharedDevices } from "../../plan/shared-device.ts";
import { boundPrefixes, ownNetworks, UNIQUE_LOCAL } from "../../plan/translation.ts";
import { uplinkTargets } from "../../plan/uplink-target.ts";
import { renderComment } from "../mark.ts";
import { ownIpset, PAIR_SIDES } from "./ipset.ts";
import { buildIptablesLimits } from "./limit.ts";
import { isForOthersOnly, isForRouterOnly, renderIptablesRule } from "./rule.ts";
import type { IptablesChain, IptablesTable } from "./ruleset.ts";
import { CHAIN_PREFIX, renderTable } from "./ruleset.ts";
import { renderIptablesShare } from "./share.ts";

/**
 * Everything of one family for `iptables-restore --noflush -w` (or ip6tables-restore), where nothing of ours is yet. To an
 * existing state it is applied by `diffIptables`.
 */
export function renderIptables(plan: Plan, family: Family): string {
	return buildIptables(plan, family).map(renderTable).join("");
}

/** The same packet path as in nftables (see `buildNftRuleset`), in the order the tables are to be committed. */
export function buildIptables(plan: Plan, family: Family): readonly IptablesTable[] {
	if (!plan.managed[family]) return [];
	const tables: IptablesTable[] = [];
	if (plan.resetConnections) tables.push(buildRaw(plan));
	tables.push(buildNat(plan, family), buildMangle(plan, family));
	return tables;
}

/** Chain of ours by its short name; names of the nft back end are the same without prefix. */
function ours(name: string): string {
	return `${CHAIN_PREFIX}${name}`;
}

function chain(name: string, rules: readonly string[]): IptablesChain {
	return { name: ours(name), rules, dynamic: false };
}

/** As iptables-save prints it: without leading zeros. */
function masked(plan: Plan, mark: number): string {
	return `0x${mark.toString(16)}/0x${plan.markMask.toString(16)}`;
}

function buildRaw(plan: Plan): IptablesTable {
	const rules = [`-m mark --mark ${masked(plan, plan.notrackMark)} -j CT --notrack`];
	return { table: "raw", hooks: [{ from: "OUTPUT", to: ours("raw") }], chains: [chain("raw", rules)] };
}

function buildNat(plan: Plan, family: Family): IptablesTable {
	const uplinks = plan.uplinks.filter((uplink) => uplink.devices[family] !== null);
	const alone = uplinks.filter((uplink) => !isSharedIn(uplink, family));
	const rules = [
		...plan.endpoints[family].flatMap((end) =>
			alone.map(({ id, devices }) => `-d ${end} -o ${devices[family]} -g ${ours(`m${id}`)}`),
		),
		...(plan.standIns[family].length > 0
			? alone.map(
					({ id, devices }) => `-o ${devices[family]} -m conntrack --ctstate DNAT -g ${ours(`m${id}`)}`,
				)
			: []),
		...(family === 4 ? sharedSourceRules(plan) : []),
		`-m mark --mark ${masked(plan, 0)} -j RETURN`,
		...alone.map((uplink) => `-o ${uplink.devices[family]} -g ${ours(`m${uplink.id}`)}`),
	];
	const chains = [
		chain("nat", rules),
		// One chain for all uplinks: each lets its own sources pass first.
		...(family === 6
			? [
					chain(
						"sources",
						plan.knownSources.map((source) => `-s ${source} -j MASQUERADE`),
					),
				]
			: []),
		...uplinks.map((uplink) => chain(`m${uplink.id}`, masqueradeRules(uplink, family))),
	];
	const reset: IptablesChain = { name: ours("reset"), rules: [], dynamic: true };
	const hooks = [
		{ from: "POSTROUTING", to: ours("nat") },
		{ from: "OUTPUT", to: ours("dns") },
		...(plan.resetConnections ? [{ from: "PREROUTING", to: reset.name }] : []),
	];
	const others = [chain("dns", standInRules(plan, family)), ...(plan.resetConnections ? [reset] : [])];
	return { table: "nat", hooks, chains: [...chains, ...others] };
}

/** Of queries that would leave by an uplink: a name server at home is nobody's but its owner's. */
function standInRules(plan: Plan, family: Family): readonly string[] {
	const devices = plan.uplinks.flatMap(({ devices }) => devices[family] ?? []);
	const rules = plan.standIns[family].flatMap(({ from, to }) =>
		devices.flatMap((device) =>
			["6", "17"].map(
				(protocol) =>
					`-d ${withLength(from, family)} -o ${device} -p ${protocol} -m multiport --dports 53 -j DNAT --to-destination ${to}`,
			),
		),
	);
	return [`-m mark ! --mark ${masked(plan, 0)} -j RETURN`, ...rules];
}

/**
 * On devices that carry several uplinks the mark tells which, else the source; what has that address already keeps it, which the
 * firewall's masquerade would not let it.
 */
function sharedSourceRules(plan: Plan): readonly string[] {
	return sharedDevices(plan).flatMap(({ device, uplinks }) => [
		...uplinks.map(
			({ id, mark }) => `-o ${device} -m mark --mark ${masked(plan, mark)} -g ${ours(`m${id}`)}`,
		),
		...plan.endpoints[4].map((end) => `-d ${end} -o ${device} -m addrtype --src-type LOCAL -j MASQUERADE`),
		...(plan.standIns[4].length > 0
			? [`-o ${device} -m conntrack --ctstate DNAT -m addrtype --src-type LOCAL -j MASQUERADE`]
			: []),
		...uplinks.flatMap(({ id, addresses }) =>
			addresses[4].map((address) => `-s ${address}/32 -o ${device} -g ${ours(`m${id}`)}`),
		),
	]);
}

function masqueradeRules(uplink: PlanUplink, family: Family): readonly string[] {
	const own = family === 4 ? uplink.addresses[4] : ownNetworks(uplink);
	const networks = mergeNetworks(
		own.map((network) => withLength(network, family)),
		family,
	);
	const passed = networks.map((network) => `-s ${network} -j RETURN`);
	if (uplink.shared !== undefined && family === 4) {
		const kept = own.map((address) => `-s ${withLength(address, 4)} -j SNAT --to-source ${address}`);
		const translate = `-j SNAT --to-source ${uplink.shared.source}`;
		const sources = PRIVATE_NETWORKS.map((network) => `-s ${network} ${translate}`);
		return [...kept, ...sources, `-m addrtype --src-type LOCAL ${translate}`];
	}
	return [
		...passed,
		"-m addrtype --src-type LOCAL -j MASQUERADE",
		...(family === 6 ? translationRules(uplink.translation) : []),
	];
}

function withLength(network: string, family: Family): string {
	return network.includes("/") ? network : `${network}/${family === 4 ? 32 : 128}`;
}

function translationRules(translation: PlanTranslation): readonly string[] {
	if (translation.kind === "none") return [];
	const local = `-d ${UNIQUE_LOCAL} -j RETURN`;
	if (translation.kind === "prefix") return [local, `-j NETMAP --to ${translation.to}`];
	const { sources } = translation;
	return [local, sources === "all" ? "-j MASQUERADE" : `-g ${ours("sources")}`];
}

function buildMangle(plan: Plan, family: Family): IptablesTable {
	const rules = buildRules(plan, family);
	const limits = buildIptablesLimits(plan, family);
	const chains = [
		...limits.chains,
		...plan.uplinks.flatMap((uplink) => buildUplinkChains(plan, uplink)),
		...(["default", "unreachable", "blackhole"] as const).map((verdict) =>
			chain(`to_${verdict}`, [`-j MARK --set-xmark ${masked(plan, plan.verdictMarks[verdict])}`]),
		),
		...plan.policies.map(({ name, kernelName, shares }) =>
			chain(kernelName, renderIptablesShare(shares[family], renderComment("policy", name))),
		),
		...uplinkTargets(plan).map(({ id, shares }) => {
			const name = plan.uplinks.find((uplink) => uplink.id === id)?.name ?? "";
			return chain(`t${id}`, renderIptablesShare(shares[family], renderComment("uplink", name)));
		}),
		...rules,
		...(family === 6 ? [chain("prefixes", prefixRules(plan))] : []),
		chain("new", newRules(plan, family, rules.length > 0)),
		...buildHookChains(plan, family, rules.length > 0),
	];
	const hooks = [
		...limits.hooks,
		{ from: "POSTROUTING", to: ours("postrouting") },
		{ from: "OUTPUT", to: ours("output") },
		{ from: "PREROUTING", to: ours("prerouting") },
	];
	return { table: "mangle", hooks, chains };
}

function buildUplinkChains(plan: Plan, { id, mark, name }: PlanUplink): readonly IptablesChain[] {
	const comment = `-m comment --comment ${renderComment("uplink", name)}`;
	return [
		chain(`u${id}`, [`${comment} -j MARK --set-xmark ${masked(plan, mark)}`]),
		chain(`c${id}`, [
			`-m connmark --mark ${masked(plan, 0)} ${comment} -j CONNMARK --set-xmark ${masked(plan, mark)}`,
		]),
	];
}

/**
 * The chains of rules after those they lead to; none without rules of the family. What the router itself sends has a
 * chain of its own where some rule looks at what only one of the two hooks has.
 */
function buildRules(plan: Plan, family: Family): readonly IptablesChain[] {
	const unit = lowestBit(plan.markMask);
	const marks = { none: masked(plan, 0), ofUplink: (id: number) => masked(plan, id * unit) };
	const rendered = plan.rules.flatMap((rule, index) => {
		const entry = renderIptablesRule(rule, family, index + 1, ours(targetName(rule.target)), marks);
		return entry === null ? [] : [{ rule, ...entry }];
	});
	if (rendered.length === 0) return [];
	const chains = new Map(rendered.flatMap((entry) => entry.chains.map((each) => [each.name, each])));
	const list = (name: string, isMissing: (rule: PlanRule) => boolean): IptablesChain =>
		chain(
			name,
			rendered.flatMap((entry) => (isMissing(entry.rule) ? [] : entry.rules)),
		);
	const isSplit = rendered.some(({ rule }) => isForRouterOnly(rule) || isForOthersOnly(rule));
	return [
		...chains.values(),
		list("rules", isForRouterOnly),
		...(isSplit ? [list("ownrules", isForOthersOnly)] : []),
		chain("own", [...bypassRules(plan, family), `-g ${ours(isSplit ? "ownrules" : "rules")}`]),
	];
}

function targetName(target: PlanTarget): string {
	if (target.kind === "policy") return target.kernelName;
	return target.kind === "uplink" ? `t${target.id}` : `to_${target.verdict}`;
}

function bypassRules(plan: Plan, family: Family): readonly string[] {
	return plan.bypass[family].map((network) => `-d ${network} -j RETURN`);
}

/** Hosts with an address of an uplink's own prefix: another uplink would not carry it. */
function prefixRules(plan: Plan): readonly string[] {
	return plan.uplinks.flatMap((uplink) =>
		boundPrefixes(uplink).map((prefix) => `-s ${prefix} -g ${ours(`u${uplink.id}`)}`),
	);
}

function newRules(plan: Plan, family: Family, hasRules: boolean): readonly string[] {
	const neighbour = [133, 134, 135, 136, 137].map(
		(type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j RETURN`,
	);
	const marked = `-m mark ! --mark ${masked(plan, 0)} -j RETURN`;
	return [
		...(family === 6 ? neighbour : []),
		...bypassRules(plan, family),
		...(family === 6 ? [`-j ${ours("prefixes")}`, marked] : []),
		...(hasRules ? [`-j ${ours("rules")}`, marked] : []),
		`-g ${ours(targetName(plan.defaultTarget))}`,
	];
}

function buildHookChains(plan: Plan, family: Family, hasRules: boolean): readonly IptablesChain[] {
	const mask = `0x${plan.markMask.toString(16)}`;
	const unmarked = masked(plan, 0);
	const firsts = new Map<string, number>();
	for (const { id, devices } of plan.uplinks) {
		const device = devices[family];
		if (device !== null && !firsts.has(device)) firsts.set(device, id);
	}
	const byDevice = (option: string): readonly string[] =>
		[...firsts].map(([device, id]) => `${option} ${device} -g ${ours(`c${id}`)}`);
	const shared = family === 4 ? sharedDevices(plan) : [];
	const types = family === 4 ? ["LOCAL", "BROADCAST", "MULTICAST"] : ["LOCAL", "MULTICAST"];
	const restored = [
		`-m connmark ! --mark ${unmarked} -j CONNMARK --restore-mark --nfmask ${mask} --ctmask ${mask}`,
		`-m connmark ! --mark ${unmarked} -j RETURN`,
		"-m conntrack ! --ctstate NEW -j RETURN",
		...types.map((type) => `-m addrtype --dst-type ${type} -j RETURN`),
	];
	return [
		chain("prerouting", [
			...shared.flatMap(arrivalRules),
			...byDevice("-i"),
			...restored,
			`-g ${ours("new")}`,
		]),
		chain("output", [
			"-o lo -j RETURN",
			`-m mark ! --mark ${unmarked} -j RETURN`,
			...plan.endpoints[family].map((end) => `-d ${end} -j RETURN`),
			...restored,
			...(hasRules ? [`-g ${ours("own")}`] : []),
		]),
		chain("postrouting", [
			...heavyRules(plan, family),
			`-m connmark ! --mark ${unmarked} -j RETURN`,
			...shared.flatMap((device) => leavingRules(plan, device)),
			...byDevice("-o"),
		]),
	];
}

/** Destinations are not translated yet: an uplink's own address tells what came in by it. */
function arrivalRules({ device, uplinks }: SharedDevice): readonly string[] {
	return uplinks.flatMap(({ id, addresses }) =>
		addresses[4].map((address) => `-d ${address}/32 -i ${device} -g ${ours(`c${id}`)}`),
	);
}

function leavingRules(plan: Plan, { device, uplinks }: SharedDevice): readonly string[] {
	return [
		...uplinks.map(
			({ id, mark }) => `-o ${device} -m mark --mark ${masked(plan, mark)} -g ${ours(`c${id}`)}`,
		),
		...uplinks.flatMap(({ id, addresses }) =>
			addresses[4].map((address) => `-s ${address}/32 -o ${device} -g ${ours(`c${id}`)}`),
		),
	];
}

/** Of where packets leave: they put source and destination of heavy connections into the sets. */
function heavyRules(plan: Plan, family: Family): readonly string[] {
	return plan.sets.flatMap((set) => {
		if (set.kind !== "heavy") return [];
		const isHeavy = `-m conntrack --ctdir ORIGINAL -m connbytes --connbytes ${set.bytes + 1} --connbytes-mode bytes --connbytes-dir both`;
		const name = ownIpset(set.kernelName, family);
		return [`${isHeavy} -j SET --add-set ${name} ${PAIR_SIDES} --exist --timeout ${HEAVY_TIMEOUT_S}`];
	});
}
