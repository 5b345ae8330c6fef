import type { KnownOptions } from "./draft.ts";
import { Draft } from "./draft.ts";
import type { SourceSection } from "./source-section.ts";

/** `config member` of mwan3. */
export interface SourceMember {
	readonly interface: string;
	readonly metric: number;
	readonly weight: number;
}

/** A policy of mwan3 with the members it really has. */
export interface SourcePolicy {
	readonly source: SourceSection;
	readonly name: string;
	readonly lastResort: string;
	/** By metric, and at most one for each interface. */
	readonly members: readonly SourceMember[];
}

/** mwan3 refuses longer names of policies and rules, and says so in the log only. */
export const LONGEST_NAME = 15;

/** Members by their section names. */
export function readMembers(
	sections: readonly SourceSection[],
	interfaces: ReadonlySet<string>,
): ReadonlyMap<string, SourceMember> {
	const members = new Map<string, SourceMember>();
	for (const source of sections) {
		const name = source.text("interface");
		if (name === null || !interfaces.has(name)) {
			source.dismiss(name === null ? "it names no interface" : `there is no interface '${name}'`);
			continue;
		}
		const metric = clamp(source, "metric", 256);
		members.set(source.name, { interface: name, metric, weight: clamp(source, "weight", 1000) });
		source.kept("interface", "option uplink of a member");
		source.finish();
	}
	return members;
}

function clamp(source: SourceSection, option: "metric" | "weight", most: number): number {
	const written = source.number(option) ?? 1;
	const value = Math.min(Math.max(1, written), most);
	const name = option === "metric" ? "tier" : "weight";
	if (value === written) source.kept(option, `option ${name} of a member`);
	else source.changed(option, `option ${name} is at least 1 and at most ${most}`);
	return value;
}

export function readPolicy(
	source: SourceSection,
	members: ReadonlyMap<string, SourceMember>,
	used: Set<string>,
): SourcePolicy {
	const found: SourceMember[] = [];
	for (const name of source.words("use_member")) {
		const member = members.get(name);
		if (member === undefined) {
			source.lost("use_member", "there is no usable member of that name", name);
			continue;
		}
		used.add(name);
		source.kept("use_member", `a member section of policy '${source.name}'`, name);
		addMember(found, member, source);
	}
	source.seen("use_member");
	const lastResort = readLastResort(source);
	if (source.name.length > LONGEST_NAME)
		source.say(
			"changed",
			`it takes effect: mwan3 ignores policies with names longer than ${LONGEST_NAME} characters`,
		);
	source.finish();
	return { source, name: source.name, lastResort, members: found.sort((a, b) => a.metric - b.metric) };
}

/** The same line twice: mwan3 uses the lower metric, and adds up weights of one metric. */
function addMember(found: SourceMember[], member: SourceMember, source: SourceSection): void {
	const index = found.findIndex((other) => other.interface === member.interface);
	const other = found[index];
	if (other === undefined) {
		found.push(member);
		return;
	}
	const message = `interface '${member.interface}' is in it twice; it is one member`;
	if (other.metric === member.metric) {
		found[index] = { ...other, weight: Math.min(1000, other.weight + member.weight) };
		source.say("changed", `${message} with both weights`);
	} else {
		if (member.metric < other.metric) found[index] = member;
		source.say("changed", `${message} with the lower metric`);
	}
}

function readLastResort(source: SourceSection): string {
	const written = source.text("last_resort") ?? "unreachable";
	if (["unreachable", "blackhole", "default"].includes(written)) {
		source.kept("last_resort", "option last_resort");
		return written;
	}
	source.changed(
		"last_resort",
		"it must be unreachable, blackhole or default; unreachable is used, as in mwan3",
	);
	return "unreachable";
}

/** The policy and its members. `uplinkOf` gives the uplink an interface belongs to. */
export function buildPolicy(
	{ name, lastResort, members }: SourcePolicy,
	newName: string,
	uplinkOf: ReadonlyMap<string, string>,
	known: KnownOptions,
): readonly Draft[] {
	const policy = new Draft("policy", newName, known);
	const sameTier = members.every((member) => member.metric === members[0]?.metric);
	policy.set("mode", sameTier && members.length > 1 ? "weighted" : "failover");
	policy.set("last_resort", lastResort);
	if (name !== newName) policy.set("label", name);
	const drafts = [policy];
	const done = new Set<string>();
	for (const member of members) {
		const uplink = uplinkOf.get(member.interface) ?? member.interface;
		if (done.has(uplink)) continue;
		done.add(uplink);
		const draft = new Draft("member", null, known);
		draft.set("policy", newName);
		draft.set("uplink", uplink);
		draft.options.set("tier", String(member.metric));
		draft.options.set("weight", String(member.weight));
		drafts.push(draft);
	}
	return drafts;
}
