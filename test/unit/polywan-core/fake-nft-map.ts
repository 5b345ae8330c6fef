import type { Packet, Part } from "./fake-packet.ts";
import { inNetwork, inPorts } from "./fake-packet.ts";

/** What a rule may lead to or look into; throws where it is not there. */
export interface Context {
	chain(name: string): string;
	set(name: string): ReadonlyMap<string, string>;
}

/** Makes something of what its pattern found. */
export type Compiler = (found: RegExpExecArray, context: Context) => Part;

/** Where an element of a verdict map leads. */
export function jumpTo(value: string | undefined, context: Context): ReturnType<Part> {
	return value === undefined ? "break" : { goto: context.chain(value.replace("goto ", "")) };
}

/** A map has no order: two elements for one packet are refused. */
export function compileRuleMap(found: RegExpExecArray, context: Context): Part {
	const selectors = found[0].slice(0, found[0].indexOf(" vmap")).split(" . ");
	const elements = [...context.set(found[2] ?? "")].map(([text, value]) => {
		const key = text.replace(/ comment "[\w:.-]+"$/, "").split(" . ");
		if (key.length !== selectors.length) throw new Error(`nft: key ${text} for ${selectors.join(" . ")}`);
		return { key, value };
	});
	return (packet) => {
		const [hit, other] = elements.filter(({ key }) =>
			key.every((part, index) => hasValue(packet, selectors[index] ?? "", part)),
		);
		if (other !== undefined)
			throw new Error(`nft: ${hit?.key.join(" . ")} overlaps ${other.key.join(" . ")}`);
		return hit === undefined ? "next" : jumpTo(hit.value, context);
	};
}

function hasValue(packet: Packet, selector: string, value: string): boolean {
	switch (selector.replace("ip6", "ip")) {
		case "iifname":
			return `"${packet.incoming}"` === value;
		case "ip saddr":
			return inNetwork(packet.source, value);
		case "ip daddr":
			return inNetwork(packet.destination, value);
		case "meta l4proto":
			return packet.protocol === Number(value);
		case "th sport":
			return inPorts(packet.sourcePort, value);
		default:
			return inPorts(packet.destinationPort, value);
	}
}

/** Slots in the rule itself, in their order. */
export function compileRoundRobin(found: RegExpExecArray, context: Context): Part {
	const size = Number(found[1]);
	const slots = (found[2] ?? "").split(", ").map((slot, index) => {
		const [key, value = ""] = slot.split(" : ");
		if (Number(key) !== index) throw new Error(`nft: slot ${key} at place ${index}`);
		return context.chain(value.replace("goto ", ""));
	});
	if (slots.length !== size || size > 1024) throw new Error(`nft: ${slots.length} slots of ${size}`);
	let turn = 0;
	return () => ({ goto: slots[turn++ % size] ?? "" });
}

/** Slots that are elements of a map. A hash is as good as taking turns. */
export function compileTurns(found: RegExpExecArray, context: Context): Part {
	const size = Number(found[1]);
	const slots = context.set(found[2] ?? "");
	if (slots.size !== size) throw new Error(`nft: ${slots.size} slots of ${size}`);
	let turn = 0;
	return () => jumpTo(slots.get(String(turn++ % size)), context);
}
